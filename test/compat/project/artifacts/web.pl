#!/usr/bin/perl
# The service of the end-to-end tests: a small HTTP server whose configuration says how it shall behave or misbehave.
# web.pl CONFIG [--check]; the configuration has one key=value a line; SIGHUP reads it again.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;

$| = 1; # what it says is in the journal before it is killed

my ($file, $check) = @ARGV;
my %config = read_config();
exit 0 if $check;
$SIG{HUP} = sub { %config = read_config() };

print "web.pl starts, version $config{version}\n";
print "line $_\n" for 1 .. ($config{talk} // 0);
print "said it all\n" if $config{talk};
sleep $config{start_seconds} if $config{start_seconds};
if (defined $config{exit_at_once}) { print "leaving at once\n"; exit $config{exit_at_once} }
if ($config{dump_core}) { print "about to dump core\n"; kill 'SEGV', $$; sleep 5 }
if ($config{eat_memory}) { print "eating memory\n"; my @food; push @food, 'x' x 4_000_000 while 1 }

my $server;
if (($ENV{LISTEN_PID} // 0) == $$ && $ENV{LISTEN_FDS}) {
  print "given $ENV{LISTEN_FDS} sockets: $ENV{LISTEN_FDNAMES}\n";
  $server = IO::Socket::INET->new_from_fd(3, 'r+') or die "cannot use the socket that was given: $!\n";
} elsif (!$config{closed}) {
  $server = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1', LocalPort => $config{port}, ReuseAddr => 1)
    or die "cannot listen on $config{port}: $!\n";
}
notify('READY=1') unless $config{never_ready};
my $started = time;
while (1) {
  exit 3 if $config{crash_after} && time - $started >= $config{crash_after};
  unless ($server) { sleep 1; next }
  $server->timeout(1);
  my $client = $server->accept or next;
  my $line = <$client> // '';
  while (defined(my $header = <$client>)) { last if $header =~ /^\r?\n$/ }
  my $body = $config{body} // "{\"status\":\"ok\",\"version\":\"$config{version}\"}";
  my $code = $config{status} // 200;
  printf $client "HTTP/1.1 %s Whatever\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", $code, length $body, $body;
  close $client;
}

sub read_config {
  open my $in, '<', $file or die "cannot read $file: $!\n";
  my %read = (version => 1, port => 18080);
  while (<$in>) {
    chomp;
    next if /^\s*(#|$)/;
    /^(\w+)=(.*)$/ or die "$file:$.: not key=value: $_\n";
    $read{$1} = $2;
  }
  return %read;
}

sub notify {
  my ($text) = @_;
  my $path = $ENV{NOTIFY_SOCKET} or return;
  $path =~ s/^@/\0/;
  my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $path) or die "notify: $!\n";
  $socket->send($text);
}

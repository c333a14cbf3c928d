# host-agent.pl: runs commands on a host for the tests, all of them over one `docker exec`, which costs thirty times
# as much as the command. Each runs as it would by an exec of its own: a session of its own, pipes, the same surroundings.
# Standard input: "ID ARGUMENTS INPUT\n", the last two lengths in bytes; the arguments, each ended by NUL; the input.
# Answers: "ID 1 LENGTH\n" or "ID 2 LENGTH\n" and so many bytes of standard output or error; at last "ID end STATUS\n".
use strict;
use warnings;
use POSIX qw(:sys_wait_h :errno_h _exit dup2 setsid);

$SIG{PIPE} = 'IGNORE';
pipe my $child_ended, my $tell_ended or die;
$SIG{CHLD} = sub { syswrite $tell_ended, '.' };
my %command_of;    # process → id
my %reader_of;     # file number → [handle, id, stream]
my $asked = '';

sub answer {
    my ($text) = @_;
    while (length $text) {
        my $written = syswrite STDOUT, $text;
        if (defined $written) { substr $text, 0, $written, '' }
        elsif ($! != EINTR) { exit }
    }
}

# Gives on what there is; false at the end.
sub pass_on {
    my ($from) = @_;
    my ($handle, $id, $stream) = @$from;
    my $got = sysread $handle, my $bytes, 65536;
    return !defined $got && ($! == EINTR || $! == EAGAIN) ? '' : 0 if !$got;
    answer("$id $stream $got\n$bytes") if grep { $_ eq $id } values %command_of;
    return $got;
}

sub start {
    my ($id, $input, @words) = @_;
    pipe my $in, my $feed or die;
    pipe my $out, my $say or die;
    pipe my $errors, my $complain or die;
    my $process = fork // die;
    if (!$process) {
        @SIG{'PIPE', 'CHLD'} = ('DEFAULT', 'DEFAULT');
        setsid;
        dup2(fileno $in, 0), dup2(fileno $say, 1), dup2(fileno $complain, 2);
        { no warnings; exec { $words[0] } @words }
        syswrite STDERR, "$words[0]: $!\n";
        _exit(127);
    }
    $command_of{$process} = $id;
    if (length $input and !(fork // die)) {
        close $in;
        while (length $input) {
            my $written = syswrite $feed, $input;
            defined $written ? substr($input, 0, $written, '') : $! == EINTR || last;
        }
        _exit(0);
    }
    for ([$out, $id, 1], [$errors, $id, 2]) {
        $_->[0]->blocking(0);
        $reader_of{fileno $_->[0]} = $_;
    }
}

# What a process that goes on in the background writes later is read, and is no answer.
sub end_commands {
    sysread $child_ended, my $dots, 4096;
    while ((my $process = waitpid -1, WNOHANG) > 0) {
        my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        next unless defined(my $id = $command_of{$process});
        for my $number (grep { $reader_of{$_}[1] eq $id } keys %reader_of) {
            my $got;
            do { $got = pass_on($reader_of{$number}) } while $got;
            delete $reader_of{$number} if $got eq '0';
        }
        delete $command_of{$process};
        answer("$id end $status\n");
    }
}

for (;;) {
    my $wanted = '';
    vec($wanted, $_, 1) = 1 for 0, fileno $child_ended, keys %reader_of;
    select(my $ready = $wanted, undef, undef, undef) < 0 and next;
    end_commands() if vec $ready, fileno $child_ended, 1;
    for my $number (keys %reader_of) {
        next unless vec $ready, $number, 1;
        delete $reader_of{$number} if pass_on($reader_of{$number}) eq '0';
    }
    next unless vec $ready, 0, 1;
    sysread STDIN, $asked, 65536, length $asked or exit;
    while ($asked =~ /^(\d+) (\d+) (\d+)\n/) {
        my ($id, $words, $input, $head) = ($1, $2, $3, length $&);
        last if length $asked < $head + $words + $input;
        my $all = substr $asked, $head, $words + $input;
        substr $asked, 0, $head + $words + $input, '';
        my @words = split /\0/, substr($all, 0, $words), -1;
        pop @words;
        start($id, substr($all, $words), @words);
    }
}

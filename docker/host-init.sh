#!/bin/sh
# Runs in the container before systemd: gives the host its identity (machine-id, host keys, authorized keys).
set -eu

if [ ! -s /etc/machine-id ]; then
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  # A key of 3072 bits, the default, takes longer than the boot.
  ssh-keygen -q -t rsa -b 2048 -N '' -f /etc/ssh/ssh_host_rsa_key
  ssh-keygen -q -A
fi

# Every start is a boot with an id of its own, as with systemd-nspawn; the kernel would show one id for all hosts.
cat /proc/sys/kernel/random/uuid >/run/boot-id
mount --bind /run/boot-id /proc/sys/kernel/random/boot_id

# As on every host that is no container: systemd mounts a service's credentials where only shared mounts are seen, and shares none in a container.
mount --make-rshared /

# AUTHORIZED_KEY is the one public key that opens every user's door.
if [ -n "${AUTHORIZED_KEY:-}" ]; then
  for home in /root /home/*; do
    owner=$(stat -c %u:%g "$home")
    mkdir -p "$home/.ssh"
    printf '%s\n' "$AUTHORIZED_KEY" >"$home/.ssh/authorized_keys"
    chmod 0700 "$home/.ssh"
    chown -R "$owner" "$home/.ssh"
  done
fi

unset AUTHORIZED_KEY
exec /lib/systemd/systemd

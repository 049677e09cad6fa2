# Sourced by scripts that try HLX in a Debian of its own; `make_machine RELEASE [PACKAGE...]` makes it (scripts/debian) with a clone of the last commit in
# /root/hlx. Needs root and debootstrap; exits 3 if none can be made. $work is a folder for the script's files, $machine the Debian in it; both go when
# the script ends, as do its mounts, which stand in a namespace of their own and nobody else sees.
say() { printf '%s\n' "$*" >&2; }
unshare --mount true 2>/dev/null || { say "error: mounting needs root"; exit 3; }
[ -n "${HLX_OWN_MOUNTS:-}" ] || HLX_OWN_MOUNTS=1 exec unshare --mount "$PWD/scripts/$(basename "$0")" "$@"
work=$(mktemp -d)
machine=$work/machine
cleanup() {
  for place in proc sys dev/shm dev; do umount -l "$machine/$place" 2>/dev/null || true; done
  mountpoint -q "$machine/dev" || rm -rf --one-file-system "$work"
}
trap cleanup EXIT
make_machine() {
  scripts/debian "$machine" "$@" && mount -t proc proc "$machine/proc" && mount --bind /sys "$machine/sys" && mount --bind /dev "$machine/dev" &&
    mount -t tmpfs tmpfs "$machine/dev/shm" || { say "error: no Debian can be made here"; exit 3; }
  git clone -q . "$machine/root/hlx"
}

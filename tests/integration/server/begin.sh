# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a mount namespace a server, and keeps it. $1 is a folder for what it keeps, $2 has the stand-ins.
set -e
mkdir "$1/layers" "$1/nodes"
mount -t tmpfs server "$1/layers"
for place in etc usr/sbin; do
  mkdir -p "$1/layers/$place/upper" "$1/layers/$place/work"
  mount -t overlay server -o "lowerdir=/$place,upperdir=$1/layers/$place/upper,workdir=$1/layers/$place/work" "/$place"
done
mount -t tmpfs server /srv
# On a tmpfs, as these may be links to links on this machine.
mkdir -p "$1/layers/by-path"
printf '%s\n' '# what the system mounts' 'LABEL=root / ext4 defaults 0 1' '/dev/vdz1 /srv/local ext4 noauto 0 2' > /etc/fstab
for stand_in in mount.nfs mount.cifs iscsiadm; do
  sed "s|@FOLDER@|$1|g" "$2/$stand_in.sh" > "/usr/sbin/$stand_in.new"
  chmod 755 "/usr/sbin/$stand_in.new"
  mv "/usr/sbin/$stand_in.new" "/usr/sbin/$stand_in"
done
echo ready
exec sleep 3600

#!/bin/sh
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in for mount.nfs: SOURCE PATH [-o OPTIONS]. Mounts memory under the name of the source, read-only on demand.
echo "$@" >> "@FOLDER@/mount.nfs.log"
flags=rw
case ",$4," in *,ro,*) flags=ro ;; esac
case "$*" in
  10.9.9.9:*) echo "mount.nfs: access denied by server while mounting $1" >&2; exit 32 ;;
  *remount*) flags="remount,$flags" ;;
esac
exec mount -i -t tmpfs -o "$flags" "$1" "$2"

#!/bin/sh
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in for mount.cifs: SOURCE PATH -o OPTIONS. Wants a file of credentials that root alone can read.
echo "$@" >> "@FOLDER@/mount.cifs.log"
file=$(echo "$*" | sed -n 's/.*credentials=\([^, ]*\).*/\1/p')
if [ "$(stat -c %a "$file")" != 600 ] || ! grep -q '^password=.' "$file"; then
  echo "mount error(13): Permission denied" >&2
  exit 32
fi
exec mount -i -t tmpfs "$1" "$2"

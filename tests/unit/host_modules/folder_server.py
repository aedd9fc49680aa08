# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server in a folder: its files, and stand-ins for the programs that mount and log in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

#: Arguments: [-t TYPE] [-o OPTIONS] SOURCE PATH. ``control/`` has files that make it fail.
MOUNT = """#!/bin/sh
echo "mount $*" >> @/calls
type='' options='' remounted=''
while [ $# -gt 2 ]; do
  case $1 in -t) type=$2 ;; -o) options=$2 ;; esac
  shift 2
done
path=${2#@}
deny=$(cat @/control/deny 2>/dev/null)
case ",$options," in *,"${deny:-none}",*|*"${deny:-none}"*) echo "mount.$type: access denied" >&2; exit 32 ;; esac
case "$options" in
  remount*)
    [ -e @/control/refuse-remount ] && { echo "mount.$type: an incorrect mount option was specified" >&2; exit 32; }
    [ -e @/control/ignore-remount ] && exit 0
    kept=''
    # Those of NFS itself stay as they are.
    case $type in
      nfs)
        kept=$(grep " $path " @/proc/self/mountinfo | tail -n 1)
        kept=$(echo "$kept" | sed 's/.* r[ow]//; s/,no\\(suid\\|dev\\|exec\\|atime\\)//g') ;;
    esac
    options=${options#remount}$kept
    options=${options#,} remounted=yes ;;
esac
# As from NFS 4.1 on, where a server has two addresses and one of them does not answer.
former=$(cat @/control/same-server 2>/dev/null)
[ -n "$former" ] && grep -q " $former:" @/proc/self/mountinfo && exec sleep 30
flags=rw
case ",$options," in *,ro,*) flags=ro ;; esac
[ -e @/control/always-rw ] && flags=rw
shown=$(cat @/control/shown-source 2>/dev/null || echo "$1")
file=$(echo "$options" | sed -n 's/.*credentials=\\([^,]*\\).*/\\1/p')
[ -n "$file" ] && cp "@$file" @/authenticated
super=$(echo ",$options," | sed 's/,r[ow],/,/; s/,$//')
@/bin/passed "$path"
if [ -n "$remounted" ]; then
  number=$(cut -d' ' -f1 @/passed) parent=$(cut -d' ' -f2 @/passed)
else
  number=$(($(cut -d' ' -f1 @/proc/self/mountinfo | sort -n | tail -n 1) + 1)) parent=$(cut -d' ' -f1 @/passed)
fi
escaped=$(printf '%s' "$path" | sed 's/ /\\\\040/g') shown=$(printf '%s' "$shown" | sed 's/ /\\\\040/g')
grep -v "^$number " @/proc/self/mountinfo > @/mountinfo.new
printf '%s\n' "$number $parent 0:7 / $escaped $flags,relatime - $type $shown $flags$super" >> @/mountinfo.new
mv @/mountinfo.new @/proc/self/mountinfo
"""
#: Writes number, parent and path of the mount that the kernel reaches at a path to ``passed``.
PASSED = """#!/bin/sh
place=$(printf '%s' "$1" | sed 's/ /\\\\040/g')
export place
awk '
  { number[NR] = $1; parent[NR] = $2; path[NR] = $5 }
  END {
    count = split(ENVIRON["place"], part, "/"); here = 0; at = "/"
    for (i = 1; i <= count; i++) {
      if (i > 1) at = (at == "/" ? "" : at) "/" part[i]
      do {
        more = 0
        for (j = 1; j <= NR; j++) if (parent[j] == here && path[j] == at) { here = number[j]; last = j; more = 1 }
      } while (more)
    }
    print number[last], parent[last], path[last]
  }' @/proc/self/mountinfo > @/passed
"""
UMOUNT = """#!/bin/sh
echo "umount $*" >> @/calls
how=$1
for last; do path=${last#@}; done
busy=$(cat @/control/busy 2>/dev/null || echo none)
if [ "${busy:-$path}" = "$path" ] && [ "$how" != -l ]; then echo "umount: $path: target is busy." >&2; exit 32; fi
if [ -e @/control/hang ] && [ "$how" != -l ]; then exec sleep 30; fi
@/bin/passed "$path"
read -r number parent place < @/passed
[ "$place" = "$(printf '%s' "$path" | sed 's/ /\\\\040/g')" ] || { echo "umount: $path: not mounted." >&2; exit 32; }
if grep -q "^[0-9]* $number " @/proc/self/mountinfo; then echo "umount: $path: target is busy." >&2; exit 32; fi
sed -i "/^$number /d" @/proc/self/mountinfo
"""
#: What is on a device is its content.
BLKID = """#!/bin/sh
for last; do :; done
[ -s "$last" ] || exit 2
cat "$last"
"""
WIPEFS = """#!/bin/sh
cat @/control/traces 2>/dev/null
exit 0
"""
MKFS = """#!/bin/sh
echo "mkfs $*" >> @/calls
echo "TYPE=ext4" > "$1"
"""
SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >> @/calls
case $1 in
  is-enabled) cat "@/control/service.$2" 2>/dev/null || { echo not-found; exit 4; } ;;
  enable) echo enabled > "@/control/service.$2" ;;
esac
"""
GETENT = """#!/bin/sh
[ "$2" = files.example ] && echo "10.1.1.1 STREAM files.example"
exit 0
"""
#: ``offers`` has lines of address and target, ``nodes`` one of portal, target and startup for each record.
ISCSIADM = """#!/bin/sh
echo "$*" >> @/calls
touch @/nodes @/sessions @/offers
mode=$2 target='' portal='' action=show
while [ $# -gt 0 ]; do
  case $1 in
    -T) target=$2; shift ;;
    -p) portal=$2; shift ;;
    -o) action=$2; shift ;;
    --login | --logout | --rescan) action=${1#--} ;;
  esac
  shift
done
[ -e @/control/hang ] && [ "$action" = login ] && exec sleep 30
record="^$(echo "${portal%,*}" | sed 's/[][]/\\\\&/g') $target "
case $mode/$action in
  session/*) [ -s @/sessions ] || { echo "iscsiadm: No active sessions." >&2; exit 21; }; cat @/sessions ;;
  discovery/*)
    grep -q "^$portal " @/offers || { echo "iscsiadm: cannot make connection to $portal" >&2; exit 4; }
    grep "^$portal " @/offers | while read -r address name; do
      [ "$name" = none ] || echo "$address:3260,1 $name"
      echo "192.0.2.9:3260,1 $name"
    done ;;
  node/new) grep -q "$record" @/nodes || echo "${portal%,*} $target manual" >> @/nodes ;;
  node/login)
    case $target in *refused*) echo "iscsiadm: login authorization failed" >&2; exit 24 ;; esac
    echo "tcp: [$(($(wc -l < @/sessions) + 1))] $portal,1 $target (non-flash)" >> @/sessions ;;
  node/logout) grep -vF " $portal,1 $target " @/sessions > @/sessions.new; mv @/sessions.new @/sessions ;;
  node/delete) grep -v "$record" @/nodes > @/nodes.new; mv @/nodes.new @/nodes ;;
  node/update) sed -i "s|${record#^}manual|$portal $target automatic|" @/nodes ;;
  node/rescan) ;;
  node/show)
    if [ -z "$target" ]; then
      [ -s @/nodes ] || exit 21
      sed 's/^\\(\\S*\\) \\(\\S*\\) .*/\\1,1 \\2/' @/nodes
    else
      grep -q "$record" @/nodes || exit 21
      echo "node.startup = $(grep "$record" @/nodes | cut -d' ' -f3)"
    fi ;;
esac
"""
PROGRAMS = {
    "mount": MOUNT,
    "umount": UMOUNT,
    "passed": PASSED,
    "blkid": BLKID,
    "wipefs": WIPEFS,
    "mkfs.ext4": MKFS,
    "systemctl": SYSTEMCTL,
    "getent": GETENT,
    "iscsiadm": ISCSIADM,
}
FSTAB = "# what the system mounts\nLABEL=root / ext4 defaults 0 1\n/dev/vdz1 /srv/local ext4 noauto 0 2\n"


class FolderServer:
    """A server whose root is a folder."""

    def __init__(self, folder: Path) -> None:
        """Create the files and the programs."""
        self.root = folder / "server"
        for name in ("etc", "proc/self", "srv", "dev", "control", "bin", "sys/class/block"):
            (self.root / name).mkdir(parents=True)
        self.write("etc/fstab", FSTAB)
        self.write("proc/self/mountinfo", "1 0 8:1 / / rw,relatime - ext4 /dev/vda1 rw\n")
        for name, text in PROGRAMS.items():
            program = self.root / "bin" / name
            program.write_text(text.replace("@", str(self.root)))
            program.chmod(0o755)
        self.path = f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def write(self, name: str, text: str = "") -> None:
        """Write a file."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, name: str) -> str:
        """Return the content of a file; empty if there is none."""
        file = self.root / name
        return file.read_text() if file.exists() else ""

    def control(self, name: str, text: str = "") -> None:
        """Let a program fail in a certain way."""
        self.write(f"control/{name}", text)

    def release(self, name: str) -> None:
        """Let it work again."""
        (self.root / "control" / name).unlink()

    def mounted(self, source: str, path: str, fstype: str = "nfs4", options: str = "rw", number: str = "0:9") -> None:
        """Let something be mounted."""
        lines = self.read("proc/self/mountinfo").splitlines()
        subprocess.run([self.root / "bin/passed", path], check=True)
        parent = self.read("passed").split()[0]
        with (self.root / "proc/self/mountinfo").open("a") as file:
            new = max(int(line.split()[0]) for line in lines) + 1
            file.write(f"{new} {parent} {number} / {path} {options} - {fstype} {source} {options}\n")

    def mounts(self) -> list[tuple[str, str]]:
        """Return source and path of what is mounted below ``/srv``."""
        lines = [line.split(" ") for line in self.read("proc/self/mountinfo").splitlines()]
        return [(line[-2], line[4]) for line in lines if line[4].startswith("/srv")]

    def calls(self) -> list[str]:
        """Return the calls of programs so far, without the folder."""
        return self.read("calls").replace(str(self.root), "").splitlines()

    def forget_calls(self) -> None:
        """Forget the calls so far."""
        self.write("calls")

    def fstab_lines(self) -> list[str]:
        """Return the lines of fstab that the system did not have."""
        text = self.read("etc/fstab")
        assert text.startswith(FSTAB)
        return text[len(FSTAB) :].splitlines()

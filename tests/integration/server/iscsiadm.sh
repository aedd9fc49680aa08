#!/bin/sh
# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in for iscsiadm: nodes and sessions are files, and what addresses offer is in the file "offers".
cd "@FOLDER@" || exit 1
echo "$@" >> iscsiadm.log
mode=$2
target='' portal='' action=show
while [ $# -gt 0 ]; do
  case $1 in
    -T) target=$2; shift ;;
    -p) portal=$2; shift ;;
    -o) action=$2; shift ;;
    --login | --logout | --rescan) action=${1#--} ;;
  esac
  shift
done
node="nodes/$portal"
[ "$mode$target$portal" = node ] && action=show-all
case $mode/$action in
  session/rescan) exit 0 ;;
  session/show)
    if [ ! -s sessions ]; then echo "iscsiadm: No active sessions." >&2; exit 21; fi
    cat sessions ;;
  discovery/*)
    grep "^$portal " offers 2>/dev/null | while read -r address name; do
      # Arrays show their other addresses too, and unless it is told not to, the program notes all of them.
      for told in "$address" 192.0.2.9; do
        [ "$action" = nonpersistent ] || echo "$name automatic" > "nodes/$told:3260"
        echo "$told:3260,1 $name"
      done
    done ;;
  node/new) echo "$target manual" > "nodes/${portal%,*}" ;;
  node/show-all)
    for node in nodes/*; do
      [ -f "$node" ] && echo "${node#nodes/},1 $(cut -d' ' -f1 "$node")"
    done ;;
  node/*)
    if [ ! -f "$node" ]; then echo "iscsiadm: No records found" >&2; exit 21; fi
    case $action in
      show) echo "node.startup = $(cut -d' ' -f2 "$node")" ;;
      rescan) ;;
      login) echo "tcp: [$(date +%N | sed 's/^0*//')] $portal,1 $target (non-flash)" >> sessions ;;
      logout) grep -vF " $portal,1 $target " sessions > sessions.new; mv sessions.new sessions ;;
      update) echo "$target automatic" > "$node" ;;
      delete) rm "$node" ;;
    esac ;;
esac
exit 0

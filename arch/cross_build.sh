#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the image of another architecture in a build directory of its own, which it configures
# first where that has not been done. Called by the build.
# Usage: cross_build.sh SOURCE_ROOT FOLDER ARCHITECTURE [LAUNCHER]   LAUNCHER: a compiler cache
set -eu

source_root=$1
folder=$2
architecture=$3
launcher=${4-}

if [ ! -f "$folder/build.ninja" ]; then
    mkdir -p "$folder"
    set -- --cross-file "$source_root/arch/$architecture/cross.ini"
    if [ -n "$launcher" ]; then
        # Later files win.
        printf "[binaries]\ncpp = ['%s', '%s']\n" "$launcher" "$architecture-linux-gnu-g++" \
            >"$folder/launcher.ini"
        set -- "$@" --cross-file "$folder/launcher.ini"
    fi
    # From inside: meson lets ninja tidy the records of the folder it is in, and in the one that
    # this is called from they are being written.
    (cd "$folder" && meson setup . "$source_root" "$@")
fi
exec ninja -C "$folder"

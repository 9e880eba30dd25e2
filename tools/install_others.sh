#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the images and loaders of other architectures: install_others.sh FOLDER ARCHITECTURE...
# Meson says where the build and the prefix are.
set -eu

folder=$MESON_INSTALL_DESTDIR_PREFIX/$1
shift
for architecture in "$@"; do
    from=$MESON_BUILD_ROOT/cross/$architecture
    to=$folder/cross/$architecture
    if [ -f "$from/knhk-$architecture.elf" ]; then
        install -D -m 755 "$from/knhk-$architecture.elf" "$to/knhk-$architecture.elf"
    fi
    if [ -f "$from/loader/knhk-loader" ]; then
        install -D -m 755 "$from/loader/knhk-loader" "$to/loader/knhk-loader"
    fi
done

#!/usr/bin/env bash
# The engine for Android's processors, and the Kotlin that calls it.
# Needs the NDK (ANDROID_NDK_HOME), `cargo install cargo-ndk` and
# `rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android`.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo xtask bindings
# Pages of 16 KB: Android 15 and later refuse to map libraries with smaller ones.
export RUSTFLAGS="-C link-arg=-Wl,-z,max-page-size=16384"
cargo ndk --platform 26 -t arm64-v8a -t armeabi-v7a -t x86_64 -o target/bindings/android \
    build --release --package linli-mobile --lib --features vendored-libcrypto
for library in target/bindings/android/*/liblinli_mobile.so; do
    if "${READELF:-readelf}" -lW "$library" | grep LOAD | grep -qv 0x4000; then
        echo "$library: not aligned to 16 KB" >&2
        exit 1
    fi
done

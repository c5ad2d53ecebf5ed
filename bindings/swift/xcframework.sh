#!/usr/bin/env bash
# The engine for iPhones and their simulators, put into the package below target/bindings/swift-package.
# Needs a Mac with Xcode, and `rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios`.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo xtask bindings
package=target/bindings/swift-package
export IPHONEOS_DEPLOYMENT_TARGET=15.0
for target in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios; do
    cargo build --release --package linli-mobile --lib --target "$target"
done
# One library for both kinds of Mac that a simulator runs on.
mkdir -p target/bindings/simulator
lipo -create -output target/bindings/simulator/liblinli_mobile.a \
    target/{aarch64-apple-ios-sim,x86_64-apple-ios}/release/liblinli_mobile.a
rm -rf "$package/LinliEngineFFI.xcframework"
xcodebuild -create-xcframework -output "$package/LinliEngineFFI.xcframework" \
    -library target/aarch64-apple-ios/release/liblinli_mobile.a -headers "$package/Sources/LinliEngineFFI" \
    -library target/bindings/simulator/liblinli_mobile.a -headers "$package/Sources/LinliEngineFFI"

// swift-tools-version:5.9
// The phone engine for Swift. `cargo xtask bindings` puts this file, the wrapper and what uniffi generates together
// in target/bindings/swift-package; only there it is a package that builds.
import PackageDescription

#if os(Linux)
// The library itself is named to the linker by `cargo xtask test`.
let engine = Target.systemLibrary(name: "LinliEngineFFI", path: "Sources/LinliEngineFFI")
#else
// Made by `bindings/swift/xcframework.sh`, which needs a Mac.
let engine = Target.binaryTarget(name: "LinliEngineFFI", path: "LinliEngineFFI.xcframework")
#endif

var targets: [Target] = [
    engine,
    .target(
        name: "Linli",
        dependencies: ["LinliEngineFFI"],
        linkerSettings: [.linkedLibrary("linli_mobile", .when(platforms: [.linux]))]
    ),
]
#if os(Linux)
// The stories start the relay and kill an app while it works: processes, which a phone does not let us start.
targets += [
    .target(name: "StoryKeys", dependencies: ["Linli"], path: "Tests/StoryKeys"),
    .executableTarget(name: "AtTheDoor", dependencies: ["Linli", "StoryKeys"], path: "Tests/AtTheDoor"),
    .executableTarget(name: "DayPhone", dependencies: ["Linli", "StoryKeys"], path: "Tests/DayPhone"),
    .testTarget(name: "LinliTests", dependencies: ["Linli", "StoryKeys", "AtTheDoor", "DayPhone"]),
    // What of the iOS app needs no iOS.
    .target(name: "LinliAppPlain", dependencies: ["Linli"]),
    .testTarget(name: "LinliAppPlainTests", dependencies: ["LinliAppPlain"]),
]
#endif

let package = Package(
    name: "Linli",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Linli", targets: ["Linli"])],
    targets: targets
)

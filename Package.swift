// swift-tools-version:6.3
// Colonnade: the package, read from the vendor shims up to the program. Arrows point up this file only.
import PackageDescription

/// The build's baseline on x86 is x86-64-v3 (AVX2 and FMA); C kernels add AVX-512 clones chosen at start.
#if arch(x86_64)
  let vector: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let vector: [SwiftSetting] = []
#endif
/// Contraction is off, so a fused multiply-add is always one that the source wrote: the same bits at any vector width.
let exactC: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off", "-Wall", "-Wextra"])]
/// The pkg-config name of the site's MPI. Open MPI is tested; others are taken from the environment.
let mpi = Context.environment["MPI_PKG_CONFIG"] ?? "ompi-c"
/// That of the site's HDF5.
let hdf5 = Context.environment["HDF5_PKG_CONFIG"] ?? "hdf5"
/// The commit that --version tells; cluster/commit.sh finds it, a plain build does not know it.
let commit: [CSetting] = Context.environment["COLONNADE_COMMIT"].map { [.define("COLONNADE_COMMIT", to: "\"\($0)\"")] } ?? []

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: vector)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: vector)
}

let package = Package(
  name: "Colonnade",
  products: [.executable(name: "colonnade", targets: ["colonnade"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Shims: the only places that see a vendor's header.
    .systemLibrary(name: "COpenMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CVendorHDF5", pkgConfig: hdf5, providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CMPI", dependencies: ["COpenMPI"], cSettings: exactC),
    .target(name: "CHDF5", dependencies: ["CVendorHDF5"], cSettings: exactC),
    .target(name: "CGzip", cSettings: exactC, linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CPlatform", cSettings: exactC + commit),
    .target(name: "CKernels", cSettings: exactC),
    .target(name: "CRows", cSettings: exactC),
    // Layer 1
    library("Parallel", ["CMPI", "CPlatform"]),
    library("Maths", ["CKernels"]),
    library("Storage", ["CHDF5", "CGzip"]),
    // Layer 2
    library("Running", ["CPlatform", "Parallel", "Storage"]),
    // Layer 3
    library("Networks", ["Maths"]),
    // Layer 4
    library("Spiking", ["Networks", "Running", "Parallel", "Storage", "Maths", "CPlatform", "CKernels"]),
    library("Training", ["Running", "Parallel", "Storage", "Maths", "CRows", "CPlatform"]),
    // Layer 5
    .target(
      name: "Experiments",
      dependencies: ["Spiking", "Training", "Networks", "Running", "Parallel", "Storage", "Maths", "CPlatform", "Yams"],
      resources: [
        // Configurations of jobs/ and the peers' scripts travel inside the program: nothing to lose on a cluster.
        .embedInCode("Examples/brunel.yaml"), .embedInCode("Examples/column-grid.yaml"), .embedInCode("Examples/csnn.yaml"),
        .embedInCode("Examples/microcircuit.yaml"), .embedInCode("Examples/sonata.yaml"), .embedInCode("Examples/spoken-digits.yaml"),
        .embedInCode("Examples/yin-yang.yaml"), .embedInCode("Benchmark/peer_nest.py"), .embedInCode("Benchmark/peer_torch.py"),
      ], swiftSettings: vector),
    // Layer 6
    .executableTarget(
      name: "colonnade",
      dependencies: [
        "Experiments", "Running", "Parallel", "CPlatform", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: vector),
    // Tests
    .target(name: "TestKit", path: "Tests/TestKit"),
    .executableTarget(name: "mpi-checks", dependencies: ["Parallel", "Running"], path: "Tests/mpi-checks", swiftSettings: vector),
    tests("ParallelTests", ["Parallel", "mpi-checks", "TestKit"]),
    tests("MathsTests", ["Maths", "CKernels"]),
    tests("StorageTests", ["Storage"]),
    tests("RunningTests", ["Running", "Parallel"]),
    tests("NetworksTests", ["Networks", "Maths"]),
    tests("SpikingTests", ["Spiking", "CKernels"]),
    tests("TrainingTests", ["Training"]),
    tests("ExperimentsTests", ["Experiments", "Training"]),
    // Programs started as a user would, and the form of the sources.
    tests("CommandTests", ["colonnade", "Storage", "TestKit"]),
    tests("ClusterTests", ["colonnade", "Storage", "TestKit"]),
    tests("ArchitectureTests", ["Experiments", "Spiking", "TestKit"]),
  ]
)

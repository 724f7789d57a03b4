// The arrows between modules, and who may see which library, read from the sources.
import Foundation
import TestKit
import Testing

/// What the manifest declares: each target with what it depends on.
enum Manifest {
  static let targets: [String: [String]] = {
    guard let text = try? Repository.text("Package.swift") else { return [:] }
    var targets: [String: [String]] = [:]
    // A target is a call whose first argument is its name; its dependencies are the first list of names after it.
    for match in text.matches(
      of: /(?:library|tests|\.target|\.executableTarget)\(\s*(?:name:\s*)?"([A-Za-z-]+)",\s*(?:dependencies:\s*)?\[([^\]]*)\]/)
    {
      targets[String(match.output.1)] = match.output.2.matches(of: /(?:name:\s*|^|[\s,])"([A-Za-z0-9-]+)"/).map { String($0.output.1) }
    }
    return targets
  }()
}

struct ImportTests {
  /// Bottom to top, as the manifest and the design list them.
  static let layers: [Set<String>] = [
    ["CMPI", "CHDF5", "CGzip", "CPlatform", "CKernels", "CRows"], ["Parallel", "Maths", "Storage"], ["Running"], ["Networks"],
    ["Spiking", "Training"], ["Experiments"], ["colonnade"],
  ]

  static func layer(of module: String) -> Int? { layers.firstIndex { $0.contains(module) } }

  @Test func everyModuleHasALayer() throws {
    let modules = Set(try SourceFile.all(below: "Sources", "swift").map(\.module))
    #expect(modules.count >= 8)
    for module in modules { #expect(Self.layer(of: module) != nil, "\(module): say in ImportTests which layer it is in") }
  }

  @Test func importsGoDownAndAreInTheManifest() throws {
    for file in try SourceFile.all(below: "Sources", "swift") {
      for module in file.imports {
        guard let own = Self.layer(of: file.module), let other = Self.layer(of: module) else { continue }
        #expect(other < own, "\(file.path) imports \(module), which is not below \(file.module)")
        #expect(
          Manifest.targets[file.module]?.contains(module) == true, "\(file.path) imports \(module), which Package.swift does not give it")
      }
    }
  }

  @Test func theManifestGoesDown() throws {
    #expect(Manifest.targets["Spiking"]?.contains("Networks") == true && Manifest.targets["colonnade"]?.contains("ArgumentParser") == true)
    for (module, dependencies) in Manifest.targets {
      guard let own = Self.layer(of: module) else { continue }
      for dependency in dependencies {
        if let other = Self.layer(of: dependency) { #expect(other < own, "\(module) depends on \(dependency)") }
      }
    }
  }

  /// Libraries that only some may see: module or folder by library.
  @Test(arguments: [
    ("CMPI", ["Sources/Parallel/"]), ("CHDF5", ["Sources/Storage/"]), ("CGzip", ["Sources/Storage/"]),
    ("Yams", ["Sources/Experiments/Configuration/"]),
    ("CKernels", ["Sources/Maths/", "Sources/Spiking/"]), ("CRows", ["Sources/Training/"]),
    ("ArgumentParser", ["Sources/colonnade/"]),
    ("Foundation", ["Sources/Storage/", "Sources/Experiments/", "Sources/colonnade/"]),
    ("Dispatch", []), ("XCTest", []),
  ]) func isImportedOnlyIn(library: String, folders: [String]) throws {
    for file in try SourceFile.all(below: "Sources", "swift") where file.imports.contains(library) {
      #expect(folders.contains { file.path.hasPrefix($0) }, "\(file.path) imports \(library)")
    }
  }

  /// Only a shim's own C files and their private headers see a vendor's header.
  @Test(arguments: [("mpi.h", "Sources/CMPI/"), ("hdf5.h", "Sources/CHDF5/")])
  func vendorHeadersAreHidden(header: String, shim: String) throws {
    for file in try SourceFile.all(below: "Sources", "c", "h") where file.lines.contains(where: { $0.contains("#include <\(header)>") }) {
      let isVendorModule = file.path.hasSuffix("/vendor.h")
      #expect(isVendorModule || file.path.hasPrefix(shim) && !file.path.hasPrefix(shim + "include/"), "\(file.path) includes \(header)")
    }
  }
}

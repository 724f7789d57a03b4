// The package for clusters: made once, unpacked in the root folder of a small Debian that has Open MPI and no Swift, and run there.
import Foundation
import Storage
import TestKit
import Testing

private let isLong = ProcessInfo.processInfo.environment["COLONNADE_LONG"] != nil
private let canMakeRoot =
  geteuid() == 0 && (try? BuiltProgram.shell("PATH=$PATH:/usr/sbin; command -v debootstrap && unshare --mount --pid --fork true").code) == 0

@Suite(
  .serialized, .enabled(if: isLong, "long loops run with Tests/long.sh"),
  .enabled(if: canMakeRoot, "a root folder needs root and debootstrap"))
struct LongPackageTests {
  private let folder: ScratchFolder
  private var root: String { folder.place("root") }

  init() throws { folder = try ScratchFolder() }

  /// Runs a line of shell inside the root folder.
  private func inside(_ line: String) throws -> ProgramOutcome {
    try folder.file(
      "root/line.sh", "export PATH=/opt/colonnade/bin:$PATH HOME=/root COLONNADE_HOME=/opt/colonnade/share/colonnade\n\(line)\n")
    let mounts = "mount -t proc none \(root)/proc && mount --rbind /dev \(root)/dev && mount -t tmpfs none \(root)/tmp"
    return try BuiltProgram.shell(
      "unshare --mount --pid --fork --kill-child sh -c '\(mounts) && exec chroot \(root) bash /line.sh'", limit: 300)
  }

  @Test func runsWhereThereIsNoSwift() throws {
    let package = try BuiltProgram.shell("bash cluster/package.sh \(folder.place("dist"))", in: Repository.path, limit: 2400)
    try #require(package.code == 0, "\(package.errors)")
    let tarball = try #require(folder.names("dist").first { $0.hasSuffix(".tar.gz") })
    #expect(try BuiltProgram.shell("sha256sum --check --quiet *.sha256", in: folder.place("dist")).code == 0)
    let recipe = try folder.text("dist/spack/packages/colonnade/package.py")
    #expect(!recipe.contains("SHA256") && !recipe.contains("VERSION"))
    // Neither HDF5 nor Swift is asked of the machine.
    #expect(
      package.output.contains("libmpi.so.40") && !package.output.contains("hdf5") && !package.output.contains("swift"), "\(package.output)")

    let debian = try BuiltProgram.shell(
      "debootstrap --variant=minbase --include=libopenmpi3,openmpi-bin,libstdc++6 $(. /etc/os-release; echo $VERSION_CODENAME) \(root)",
      limit: 900)
    try #require(debian.code == 0, "\(debian.output.suffix(500))")
    let unpacked = try BuiltProgram.shell(
      "mkdir \(root)/opt/colonnade && tar -xzf dist/\(tarball) -C \(root)/opt/colonnade --strip-components=1", in: folder.path)
    try #require(unpacked.code == 0, "\(unpacked.errors)")

    #expect(try inside("command -v swift || find / -xdev -name 'libswift*' -o -xdev -name 'libhdf5*' | grep .").code != 0)
    let version = try inside("colonnade --version")
    #expect(version.code == 0 && version.output.hasPrefix("colonnade "), "\(version.errors)")
    let network = "--set N=2500 --set presimulation=10 --set duration=100 --quiet"
    let run = try inside("mpirun --oversubscribe -n 2 colonnade simulate $COLONNADE_HOME/jobs/brunel \(network) --output /run-1")
    try #require(run.code == 0, "\(run.errors)")
    let report = try inside("rm /run-1/report.html && colonnade report /run-1 && grep -c '<svg' /run-1/report.html")
    #expect(report.code == 0, "\(report.errors)")

    // The same bits as the program that was built here.
    let here = try BuiltProgram.shell("colonnade simulate \(Repository.place("jobs/brunel")) \(network) --output here", in: folder.path)
    try #require(here.code == 0, "\(here.errors)")
    let (there, own) = (try JSONValue.read(root + "/run-1/summary.json"), try JSONValue.read(folder.place("here/summary.json")))
    #expect(there["ranks"]?.int == 2 && there["spikes"]?.int ?? 0 > 100)
    #expect(there["spike_hash"] == own["spike_hash"] && there["state_hash"] == own["state_hash"])
  }
}

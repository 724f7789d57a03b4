// One mpirun over several hosts of this machine: the same bits as one process, with and without delay on the way.
import Foundation
import Storage
import TestKit
import Testing

/// Namespaces need root; the rest is Debian's openssh-server.
private let obstacle: Comment? = {
  guard geteuid() == 0 else { return "namespaces for hosts need root" }
  let space = try? BuiltProgram.shell("unshare --net --uts --mount --pid --fork --mount-proc hostname scratch", limit: 10)
  guard space?.code == 0 else { return "this machine permits no namespaces" }
  let programs = try? BuiltProgram.shell("PATH=$PATH:/usr/sbin:/sbin; command -v sshd && command -v ssh && command -v ip && command -v cc")
  return programs?.code == 0 ? nil : "sshd, ssh, ip or cc is missing (cluster/packages.sh hosts)"
}()

/// Hosts in a folder of their own; what a test leaves up is ended with the value.
private final class Hosts: Sendable {
  let folder: ScratchFolder
  var place: String { folder.place("hosts") }

  init() throws { folder = try ScratchFolder() }
  deinit { _ = try? call("down") }

  func call(_ words: String, limit: Int = 90) throws -> ProgramOutcome {
    try BuiltProgram.shell(
      "\(Repository.place("cluster/hosts")) \(words)", environment: ["COLONNADE_HOSTS": place], in: folder.path, limit: limit)
  }
  func pids() throws -> [String: String] {
    try Dictionary(uniqueKeysWithValues: folder.names("hosts/pid").map { ($0, try folder.text("hosts/pid/\($0)")) })
  }
  /// What this network needs for 60 ms on so many ranks, and the summary it leaves.
  func simulate(_ name: String, ranks: Int) throws -> JSONValue {
    let network = "\(Repository.place("jobs/brunel")) --set N=2500 --set presimulation=10 --set duration=60 --output \(folder.place(name))"
    let outcome = try call("run mpirun -n \(ranks) colonnade simulate \(network) --quiet", limit: 120)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.read(folder.place("\(name)/summary.json"))
  }
}

@Suite(.serialized, .enabled(if: obstacle == nil, obstacle)) struct HostsTests {
  @Test(arguments: [2, 4]) func sameBitsAcrossHosts(count: Int) throws {
    let hosts = try Hosts()
    try #require(try hosts.call("up \(count)").code == 0)
    let near = try hosts.simulate("near", ranks: count)
    let delay = 0.01
    let far = try hosts.call("up \(count) --delay 10ms --rate 1gbit")
    try #require(far.code == 0, "\(far.errors)")
    let late = try hosts.simulate("far", ranks: count)
    let alone = try FinishedRun.alone(in: hosts.folder)
    #expect(near["nodes"]?.int == count && late["nodes"]?.int == count)
    for run in [near, late] {
      #expect(run["spike_hash"] == alone["spike_hash"] && run["state_hash"] == alone["state_hash"])
      #expect(run["spikes"]?.int ?? 0 > 500)
    }
    // Every exchange takes at least the delay, less what is computed meanwhile, and the phase table shows it.
    let exchanges = 600 / Double(try #require(late["interval_steps"]?.int))
    let waited = try #require(late["phases"]?["communication"]?["min_s"]?.double)
    #expect(waited > 0.5 * exchanges * delay, "\(waited) s in \(exchanges) exchanges")
  }

  @Test func upTwiceIsOnceAndDownLeavesNothing() throws {
    let hosts = try Hosts()
    #expect(try hosts.call("status").code == 1)
    #expect(try hosts.call("up 2 --delay 100us").code == 0)
    let first = try hosts.pids()
    #expect(first.count == 3)
    #expect(try hosts.call("up 2 --delay 100us").code == 0)
    #expect(try hosts.pids() == first)
    // A host that was lost is told, and comes back.
    let pid = try #require(first["h2"]?.split(separator: " ").first)
    #expect(try BuiltProgram.shell("kill -KILL \(pid); sleep 0.2").code == 0)
    let lost = try hosts.call("status")
    #expect(lost.code == 1 && lost.output.contains("lost"), "\(lost.output)")
    #expect(try hosts.call("up 2 --delay 100us").code == 0)
    #expect(try hosts.call("run ssh -F \(hosts.place)/ssh_config h2 hostname").output == "h2\n")
    #expect(try hosts.call("down").code == 0)
    #expect(!hosts.folder.has("hosts"))
    #expect(Processes.naming(hosts.place).isEmpty)
    #expect(try hosts.call("down").code == 0)
  }
}

private enum FinishedRun {
  /// The same network by one process without hosts.
  static func alone(in folder: ScratchFolder) throws -> JSONValue {
    let arguments = ["N=2500", "presimulation=10", "duration=60"].flatMap { ["--set", $0] }
    let outcome = try BuiltProgram.run(
      "colonnade", ["simulate", Repository.place("jobs/brunel"), "--output", folder.place("alone"), "--quiet"] + arguments)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.read(folder.place("alone/summary.json"))
  }
}

// What the field's own tools read in a run folder: h5py and libsonata find the spikes and the report, and agree with the summary.
import Foundation
import Storage
import TestKit
import Testing

/// Whether the python3 that is found first has a module.
private func python(has module: String) -> Bool { (try? BuiltProgram.shell("python3 -c 'import \(module)'", limit: 60).code) == 0 }
private let hasH5py = python(has: "h5py")
private let hasLibsonata = python(has: "libsonata")

@Suite(.serialized) struct ReadBackTests {
  /// A short run on two ranks with spikes and a column report.
  private func run() throws -> (ScratchFolder, JSONValue) {
    let folder = try ScratchFolder()
    let outcome = try BuiltProgram.run(
      "colonnade", ranks: 2,
      [
        "simulate", Repository.place("jobs/brunel"), "--output", folder.place("run"), "--quiet", "--set", "N=1000", "--set",
        "presimulation=10", "--set", "duration=50",
      ])
    try #require(outcome.code == 0, "\(outcome.errors)")
    return (folder, try JSONValue.read(folder.place("run/summary.json")))
  }

  @Test(.enabled(if: hasH5py, "python3 has no h5py")) func h5pyReadsSpikesAndReport() throws {
    let (folder, summary) = try run()
    let script = """
      import h5py, sys, json
      f = h5py.File(sys.argv[1] + "/spikes.h5", "r")
      out = {}
      for name, group in f["spikes"].items():
          times, ids = group["timestamps"][:], group["node_ids"][:]
          assert times.dtype == "f8" and ids.dtype == "u8" and len(times) == len(ids)
          assert group["timestamps"].attrs["units"] in ("ms", b"ms")
          assert (times[1:] >= times[:-1]).all() and times.min() > 10 and times.max() <= 60.05
          assert h5py.check_enum_dtype(group.attrs.get_id("sorting").dtype)["by_time"] == group.attrs["sorting"]
          out[name] = [len(times), int(ids.max())]
      r = h5py.File(sys.argv[1] + "/report.h5", "r")["report/E"]
      out["report"] = list(r["data"].shape) + list(r["mapping/time"][:]) + [int(i) for i in r["mapping/node_ids"][:]]
      print(json.dumps(out))
      """
    let file = try folder.file("read.py", script)
    let outcome = try BuiltProgram.shell("python3 \(file) \(folder.place("run"))")
    try #require(outcome.code == 0, "\(outcome.errors)")
    let found = try JSONValue.parse(outcome.output, path: "output")
    func number(_ name: String, _ index: Int) -> Int { found[name]?.array?[index].int ?? -1 }
    #expect(number("E", 0) + number("I", 0) == summary["spikes"]?.int)
    #expect(number("E", 0) > 100 && number("E", 1) < 800 && number("I", 1) < 200)
    #expect(number("report", 0) == 50 && number("report", 1) == 5)
  }

  @Test(.enabled(if: hasLibsonata, "python3 has no libsonata")) func libsonataReadsSpikesAndReport() throws {
    let (folder, summary) = try run()
    let script = """
      import libsonata, sys
      spikes = libsonata.SpikeReader(sys.argv[1] + "/spikes.h5")
      total = 0
      for name in spikes.get_population_names():
          population = spikes[name]
          assert population.sorting == "by_time" and population.time_units == "ms", (population.sorting, population.time_units)
          total += len(population.get())
      report = libsonata.ElementReportReader(sys.argv[1] + "/report.h5")["E"]
      assert report.data_units == "mV" and list(report.get_node_ids()) == [0, 1, 2, 3, 4]
      assert report.get().data.shape == (50, 5)
      print(total)
      """
    let file = try folder.file("read.py", script)
    let outcome = try BuiltProgram.shell("python3 \(file) \(folder.place("run"))")
    #expect(outcome.code == 0 && Int(outcome.output.trimmingCharacters(in: .newlines)) == summary["spikes"]?.int, "\(outcome.errors)")
  }
}

// What the strict reader refuses, with place, reason and remedy.
import Foundation
import Testing

@testable import Experiments

struct ConfigurationErrorTests {
  private let base = """
    populations:
      - name: E
        model: iaf_psc_exp
        count: 10
        parameters:
          tau_m: 10
    projections:
      - from: E
        to: E
        rule: {fixed_indegree: 2}
        weight: 1.0
        delay: 1.5
    """

  @Test func theBaseLoads() throws {
    #expect(try refusal(base) == Refusal(text: "loaded", exitCode: 0))
  }

  @Test(arguments: [
    // Unknown and misspelt keys, at every depth.
    ("study: microcircuit\nscael: 0.1\n", "config.yaml:2: unknown key 'scael'; did you mean 'scale'?"),
    (
      "study: microcircuit\nchecks:\n  rate:\n    bellow: 3\n",
      "config.yaml:4: unknown key 'bellow' in 'checks.rate'; did you mean 'below'?"
    ),
    ("study: brunel\nrecord:\n  spkies: all\n", "config.yaml:3: unknown key 'spkies' in 'record'; did you mean 'spikes'?"),
    // Wrong words and types.
    (
      "study: microcircut\n",
      "config.yaml:1: 'study' must be one of microcircuit, column_grid, brunel, sonata, network, not 'microcircut'; did you mean 'microcircuit'?"
    ),
    ("study: microcircuit\nscale: small\n", "config.yaml:2: 'scale' must be a number, not 'small'"),
    ("study: microcircuit\nscale: '0.1'\n", "config.yaml:2: 'scale' must be a number, not the text \"0.1\""),
    ("study: microcircuit\nscale: [0.1]\n", "config.yaml:2: 'scale' must be a number, not a list of 1"),
    ("study: microcircuit\nscale:\n", "config.yaml:2: 'scale' must be a number, not nothing"),
    ("study: microcircuit\nscale: 2\n", "config.yaml:2: 'scale' must be at most 1 and leave neurons in every population, got 2"),
    ("study: microcircuit\nscale: 1e-4\n", "config.yaml:2: 'scale' must be at most 1 and leave neurons in every population, got 0.0001"),
    ("study: microcircuit\nseed: 1.5\n", "config.yaml:2: 'seed' must be a whole number, not the number 1.5"),
    ("study: microcircuit\nseed: -1\n", "config.yaml:2: 'seed' must not be negative, got -1"),
    ("study: microcircuit\nchecks: 5\n", "config.yaml:2: 'checks' must be a section of keys, not the number 5"),
    ("study: microcircuit\nchecks: {finite: maybe}\n", "config.yaml:2: 'checks.finite' must be true or false, not 'maybe'"),
    ("study: microcircuit\nprecision: half\n", "config.yaml:2: 'precision' must be one of single, double, not 'half'"),
    ("study: microcircuit\nduration: -5\n", "config.yaml:2: 'duration' must lie between 0 and 1000000000000, got -5 ms"),
    ("study: microcircuit\nduration: 10.05\n", "config.yaml:2: 'duration' must be a multiple of the resolution, 0.1 ms, got 10.05 ms"),
    ("study: microcircuit\nresolution: 0\n", "config.yaml:2: 'resolution' must be above 0, got 0 ms"),
    ("study: microcircuit\nresolution: 0.0005\n", "config.yaml:2: 'resolution' must be a multiple of 0.001 ms, got 0.0005 ms"),
    ("study: column_grid\ngrid: 6\n", "config.yaml:2: 'grid' must be a text, not the number 6"),
    ("study: column_grid\ngrid: 6x\n", "config.yaml:2: 'grid' must be a grid like [6, 6] or 6x6, not '6x'"),
    ("study: column_grid\ngrid: [6, 0]\n", "config.yaml:2: 'grid[1]' must be above 0, got 0"),
    ("study: column_grid\nkernel: gauss\n", "config.yaml:2: 'kernel' must be one of exponential, gaussian, not 'gauss'"),
    ("study: column_grid\nstate: AW3\n", "config.yaml:2: 'state' must be one of SW, AW2.8, AW8.8, not 'AW3'"),
    ("study: column_grid\nsigma: -1\n", "config.yaml:2: 'sigma' must lie between 0.01 and 20, got -1"),
    (
      "study: brunel\nD: 0.01\n",
      "config.yaml:2: 'D' is a delay of 0.01 ms, below the resolution of 0.1 ms; raise it or lower the resolution"
    ),
    (
      "study: brunel\nchecks: {rate: {below: 5, above: 10}}\n",
      "config.yaml:2: 'checks.rate.above' asks for rates above 10 Hz and below 5 Hz, which none is; correct one of the two"
    ),
    (
      "study: brunel\nrecord: {spikes: [{population: E, neurons: [1]}, {population: E, neurons: [2]}]}\n",
      "config.yaml:2: 'record.spikes[1].population' is E, whose neurons an earlier entry names; name them all in one"
    ),
    (
      "study: brunel\nrecord: {spikes: {fraction: 0.1}}\n",
      "config.yaml:2: 'record.spikes' must be all, none, or a list with an entry for each population: [{population: NAME, neurons: ...}]"
    ),
    (
      "dataset: fsdd\nmodel_type: lif\n",
      "config.yaml:1: describes a training (keys such as model_type, dataset, task_type and no study), not a simulation; give it to colonnade train"
    ),
    // Missing, double, no YAML.
    ("study: sonata\n", "config.yaml:1: the key 'config' is missing; add it"),
    ("duration: 100\n", "config.yaml:1: the key 'study' is missing; add it"),
    ("stduy: brunel\n", "config.yaml:1: unknown key 'stduy'; did you mean 'study'?"),
    ("study: brunel\nN: 100\nN: 200\n", "config.yaml:3: key 'N' stands twice in the same section; remove one of them"),
    (
      "study: brunel\n'N': 100\nchecks:\n  N: 1\n\"N\": 200\n",
      "config.yaml:5: key 'N' stands twice in the same section; remove one of them"
    ),
    ("a:\n- b: 1\n  c: 2\n  b : 3\n", "config.yaml:4: key 'b' stands twice in the same section; remove one of them"),
    ("study: brunel\nchecks: {N: 1,\n  N: 2}\n", "config.yaml:2: key 'N' stands twice in the same section; remove one of them"),
    ("", "config.yaml:1: the key 'study' is missing; add it"),
    ("- 1\n- 2\n", "config.yaml:1: a configuration is a section of keys (key: value), not a list of 2"),
  ]) func isRefused(text: String, message: String) throws {
    #expect(try refusal(text) == Refusal(text: message, exitCode: 78))
  }

  @Test(arguments: [
    ("tau_m: 10", "taum: 10", "config.yaml:6: unknown key 'taum' in 'populations[0].parameters'; did you mean 'tau_m'?"),
    ("tau_m: 10", "tau_M: 10", "config.yaml:6: unknown key 'tau_M' in 'populations[0].parameters'; did you mean 'tau_m'?"),
    ("tau_m: 10", "tau_m: -10", "config.yaml:6: 'populations[0].parameters.tau_m' must be above 0, got -10 ms"),
    (
      "tau_m: 10", "tau_m: .inf",
      "config.yaml:6: 'populations[0].parameters' of population E make no sense together: tau_m must be finite, got inf ms"
    ),
    (
      "tau_m: 10", "E_L: -.inf",
      "config.yaml:6: 'populations[0].parameters' of population E make no sense together: E_L must be finite, got -inf mV"
    ),
    ("count: 10", "count: 1e18", "config.yaml:4: 'populations[0].count' is 1e18, which is too large for a whole number"),
    ("tau_m: 10", "tau_m: fast", "config.yaml:6: 'populations[0].parameters.tau_m' must be a number, not 'fast'"),
    (
      "model: iaf_psc_exp", "model: iaf_psc_ecp",
      "config.yaml:3: 'populations[0].model' must be one of iaf_psc_exp, iaf_psc_alpha, iaf_psc_delta, lif_sfa, spikes, not 'iaf_psc_ecp'; did you mean 'iaf_psc_exp'?"
    ),
    ("name: E", "nmae: E", "config.yaml:2: unknown key 'nmae'; did you mean 'name'?"),
    ("count: 10", "count: 10.5", "config.yaml:4: 'populations[0].count' must be a whole number, not the number 10.5"),
    ("    count: 10\n", "", "config.yaml:2: the key 'count' is missing in 'populations[0]'; add it"),
    ("to: E", "to: F", "config.yaml:9: 'projections[0].to' must be one of E, not 'F'; did you mean 'E'?"),
    (
      "delay: 1.5", "delay: 0.02",
      "config.yaml:12: 'projections[0].delay' is wrong: projection E -> E: delay can fall below the resolution of 0.1 ms; raise the delay (min:) or lower the resolution"
    ),
    (
      "delay: 1.5", "delay: {normal: {mean: 1.5, sd: 0.5}}",
      "config.yaml:12: 'projections[0].delay' is wrong: projection E -> E: delay can fall below the resolution of 0.1 ms; raise the delay (min:) or lower the resolution"
    ),
    (
      "delay: 1.5", "delay: 1e300",
      "config.yaml:12: 'projections[0].delay' is wrong: projection E -> E: delays reach beyond 60 000 steps of 0.1 ms; bound them with max:"
    ),
    (
      "delay: 1.5", "delay: {normal: {mean: 1.5, sd: 0.1, min: 100, max: 200}}",
      "config.yaml:12: 'projections[0].delay' is wrong: projection E -> E: delay has no probabilities between its bounds; move min: and max: to where its law lies"
    ),
    (
      "delay: 1.5", "delay: {nomral: {mean: 1.5}}", "config.yaml:12: unknown key 'nomral' in 'projections[0].delay'; did you mean 'normal'?"
    ),
    ("delay: 1.5", "delya: 1.5", "config.yaml:12: unknown key 'delya'; did you mean 'delay'?"),
    (
      "weight: 1.0", "weight: {normal: {mean: 1, sd: -1}}",
      "config.yaml:11: 'projections[0].weight.normal.sd' must not be negative, got -1 pA"
    ),
    (
      "weight: 1.0", "weight: {normal: {mean: 1, sd: 1, min: 2, max: 1}}",
      "config.yaml:11: 'projections[0].weight.normal' has min 2.0 is above max 1.0"
    ),
    ("{fixed_indegree: 2}", "fixed_indegree", "config.yaml:10: 'projections[0].rule' needs a value: rule: {fixed_indegree: ...}"),
    (
      "{fixed_indegree: 2}", "{fixed_indgree: 2}",
      "config.yaml:10: unknown key 'fixed_indgree' in 'projections[0].rule'; did you mean 'fixed_indegree'?"
    ),
    (
      "{fixed_indegree: 2}", "{pairwise_bernoulli: 1.5}",
      "config.yaml:10: 'projections[0].rule.pairwise_bernoulli' must lie between 0 and 1, got 1.5"
    ),
    (
      "{fixed_indegree: 2}", "{explicit: [[0, 10, 1, 1]]}",
      "config.yaml:10: 'projections[0].rule.explicit[0][1]' is neuron 10, but E has 10 neurons, counted from 0"
    ),
    (
      "{fixed_indegree: 2}", "{explicit: [[0, 1, 1, 0.01]]}",
      "config.yaml:10: 'projections[0].rule.explicit[0][3]' is a delay of 0.01 ms, below the resolution of 0.1 ms; raise it or lower the resolution"
    ),
    (
      "{fixed_indegree: 2}", "{explicit: [[0, 1, 1, 7000]]}",
      "config.yaml:10: 'projections[0].rule.explicit[0]' has weight 1 and delay 7000 ms; weights are finite, and delays end at 60 000 steps of 0.1 ms"
    ),
    (
      "{fixed_indegree: 2}", "{fixed_total_number: 1e19}",
      "config.yaml:10: 'projections[0].rule.fixed_total_number' is 1e19, which is too large for a whole number"
    ),
    (
      "{fixed_indegree: 2}", "{fixed_total_number: 1e15}",
      "config.yaml:10: 'projections[0].rule' is wrong: projection E -> E: more than 2e9 synapses come from one tile of neurons onto others of one rank; use fewer, or more neurons"
    ),
    (
      "{fixed_indegree: 2}", "{distance: {kernel: gaussian, sigma: 1, total: 0.5}}",
      "config.yaml:10: 'projections[0].rule' distance needs two populations on the same grid of columns"
    ),
    (
      "{fixed_indegree: 2}", "{explicit: [[0, 1, 1, 1], [3, 3, 1, 1]]}\n    allow_autapses: false",
      "config.yaml:10: 'projections[0].rule.explicit[1]' joins neuron 3 to itself, which allow_autapses: false forbids; take it out"
    ),
    (
      "{fixed_indegree: 2}", "{explicit: [[0, 1, 1, 1], [1, 0, 1, 1], [0, 1, 2, 1]]}\n    allow_multapses: false",
      "config.yaml:10: 'projections[0].rule.explicit[2]' joins neurons 0 and 1 once more, which allow_multapses: false forbids; take it out"
    ),
    ("name: E", "name: a/b", "config.yaml:2: 'populations[0].name' has a '/', which names in files cannot have; write another"),
    ("name: E", "name: 'a,b'", "config.yaml:2: 'populations[0].name' has a ',', which names in files cannot have; write another"),
    ("name: E", "name: ''", "config.yaml:2: 'populations[0].name' is '', which no file can hold as a name; write another"),
    ("name: E", "name: '.'", "config.yaml:2: 'populations[0].name' is '.', which no file can hold as a name; write another"),
    (
      "name: E", "name: \"a\\nb\"",
      "config.yaml:2: 'populations[0].name' has a control character such as a line break, which names in files cannot have; write another"
    ),
    (
      "tau_m: 10", "tau_m: 10\n    initial: {V_m: .inf}",
      "config.yaml:7: 'populations[0].initial.V_m' has the value inf, which is not finite"
    ),
    (
      "delay: 1.5", "delay: 1.5\ninputs:\n  - poisson: {to: E, rate: 1e9, weight: 1}",
      "config.yaml:14: 'inputs[0].poisson.rate' is 1000000000 Hz, but in steps of 0.1 ms at most 300000000 Hz can be drawn; lower it, or raise the weight in its place"
    ),
    (
      "{fixed_indegree: 2}", "{fixed_indegree: 11}\n    allow_multapses: false",
      "config.yaml:10: 'projections[0].rule' is wrong: projection E -> E: indegree 11 without multapses needs as many sources; there are 10"
    ),
  ]) func isRefusedInANetwork(part: String, change: String, message: String) throws {
    #expect(base.contains(part))
    #expect(try refusal(base.replacingOccurrences(of: part, with: change)) == Refusal(text: message, exitCode: 78))
  }

  /// A sum of probabilities that none can have, whether by one offset or by several that meet on a small periodic grid.
  @Test(arguments: [
    ("open", "{kernel: local, total: 1.2}", "1.2"), ("open", "{kernel: gaussian, sigma: 0.5, total: 3}", "1.86"),
    ("periodic", "{kernel: gaussian, sigma: 2, total: 12}", "1.335"), ("periodic", "{kernel: gaussian, sigma: 2, total: 8.9}", nil),
    ("open", "{kernel: gaussian, sigma: 0.5, total: 1.6}", nil), ("open", "{kernel: local, total: 1}", nil),
    ("periodic", "{kernel: exponential, lambda: 0.4, total: 1.505976}", nil),
    ("periodic", "{kernel: exponential, lambda: 0.4, total: 2}", "1.3280423"),
  ]) func probabilitiesAboveOneAreRefused(borders: String, rule: String, sum: String?) throws {
    let text = base.replacing("count: 10", with: "grid: 3x3\n    per_column: 4\n    borders: \(borders)")
      .replacing("{fixed_indegree: 2}", with: "{distance: \(rule)}")
    let refusal = try refusal(text)
    if let sum {
      #expect(refusal.exitCode == 78)
      #expect(refusal.text.hasPrefix("config.yaml:12: 'projections[0].rule' gives two columns the connection probability \(sum)"))
    } else {
      #expect(refusal.exitCode == 0, "\(refusal)")
    }
  }

  /// A recording that cannot hold anything is told.
  @Test func emptyRecordingsAreNoted() throws {
    let folder = try ScratchFolder()
    let text = base + "\nduration: 50\nrecord: {rates: RATES, columns: [{population: E, column: V_m, interval: RATES}]}\n"
    #expect(try folder.load(text.replacing("RATES", with: "50")).notes == [])
    let notes = try folder.load(text.replacing("RATES", with: "100")).notes
    #expect(notes.count == 2 && notes.allSatisfy { $0.contains("100 ms is longer than the recorded 50 ms") }, "\(notes)")
  }

  @Test(arguments: [
    ("sigma: 1", "sigma has no effect: it is of kernel: gaussian"),
    ("kernel: gaussian\nlambda: 1", "lambda has no effect: it is of kernel: exponential"),
    ("kernel: gaussian\nsigma: 1", nil), ("lambda: 1", nil),
  ]) func widthsOfTheOtherKernelAreTold(lines: String, note: String?) throws {
    let folder = try ScratchFolder()
    let experiment = try folder.load("study: column_grid\n\(lines)\n")
    #expect(experiment.notes == (note.map { [$0] } ?? []))
    // What the run writes down is read again with the same notes.
    #expect(try folder.load(experiment.configuration).notes == experiment.notes)
  }

  @Test func parametersMustMakeSenseTogether() throws {
    let text = base.replacingOccurrences(of: "tau_m: 10", with: "V_reset: -40")
    let refusal = try refusal(text)
    #expect(refusal.exitCode == 78)
    #expect(refusal.text.hasPrefix("config.yaml:6: 'populations[0].parameters' of population E make no sense together: V_reset -40.0 mV"))
  }

  @Test func brokenYAMLNamesTheLine() throws {
    let refusal = try refusal("study: brunel\ngrid: [1, 2\nN: 3\n")
    #expect(refusal.exitCode == 78)
    #expect(refusal.text.hasPrefix("config.yaml:3: this is not YAML: "))
  }

  @Test(arguments: [
    (["scale=small"], "--set scale: 'scale' must be a number, not 'small'"),
    (["scael=0.1"], "--set scael: unknown key 'scael'; did you mean 'scale'?"),
    (["checks.rate.blow=1"], "--set checks.rate.blow: unknown key 'blow' in 'checks.rate'; did you mean 'below'?"),
    (["scale"], "--set scale: an override is written --set key=value, or --set section.key=value"),
    (["=1"], "--set =1: an override is written --set key=value, or --set section.key=value"),
    (["a..b=1"], "--set a..b: a part of the key is empty"),
    (["scale.x=1"], "--set scale.x: 'x' cannot be set inside the number 0.5 (config.yaml:2), which is not a section of keys"),
    (["scale=[1"], "--set scale: this is not YAML: did not find expected ',' or ']'; check indentation, colons and brackets"),
    (["scale="], "--set scale: 'scale' must be a number, not nothing"),
  ]) func overridesAreChecked(overrides: [String], message: String) throws {
    #expect(try refusal("study: microcircuit\nscale: 0.5\n", overrides) == Refusal(text: message, exitCode: 78))
  }

  @Test func anOverrideOfAMissingElementIsRefused() throws {
    #expect(
      try refusal(base, ["populations.F.count=3"])
        == Refusal(
          text: "--set populations.F.count: there is no element 'F' in a list of 1; give an index from 0 or the name of an element",
          exitCode: 78))
  }

  @Test func aMissingFileIsNamed() throws {
    let folder = try ScratchFolder()
    let error = #expect(throws: ConfigurationError.self) { try Experiment.load(path: folder.path + "/none.yaml") }
    #expect(error?.exitCode == 66)
    #expect(error?.description.hasPrefix(folder.path + "/none.yaml: there is no such file; give the path of a configuration") == true)
    let empty = #expect(throws: ConfigurationError.self) { try Experiment.load(path: folder.path) }
    #expect(empty?.exitCode == 66)
    #expect(empty?.description.contains("the folder holds no configuration; it needs one of config.yaml") == true)
    let sonata = try refusal("study: sonata\nconfig: there/simulation_config.json\n")
    #expect(sonata.exitCode == 66)
    #expect(sonata.text.hasPrefix("config.yaml:2: 'config' is there/simulation_config.json, which is not there"))
    let spikes = try refusal(
      "populations: [{name: a, model: spikes, count: 3, file: there.h5}, {name: b, model: lif_sfa, count: 1}]\n")
    #expect(spikes.exitCode == 66)
    #expect(spikes.text == "config.yaml:1: 'populations[0].file' is there.h5, which is not there; correct the path")
  }

  @Test func aFileThatIsNoTextIsRefused() throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/spikes.h5"
    try Data([0x89, 0x48, 0x44, 0x46, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: ConfigurationError.self) { try Experiment.load(path: path) }
    #expect(error?.exitCode == 78)
    #expect(error?.text == "the configuration is not text in UTF-8; give a YAML file or a SONATA configuration")
  }

  @Test(arguments: [
    ("record: {spikes: [{population: X}]}", "config.yaml:13: 'record.spikes[0].population' must be one of E, not 'X'; did you mean 'E'?"),
    ("record: {spikes: some}", "config.yaml:13: 'record.spikes' must be one of all, none, not 'some'"),
    (
      "record: {spikes: [{population: E, neurons: [10]}]}",
      "config.yaml:13: 'record.spikes[0].neurons' is wrong: neuron 10 does not exist; there are 10"
    ),
    (
      "record: {spikes: [{population: E, neurons: {range: [5, 11]}}]}",
      "config.yaml:13: 'record.spikes[0].neurons' is wrong: range 5..<11 leaves 0..<10"
    ),
    (
      "record: {columns: [{population: E, column: Vm}]}",
      "config.yaml:13: 'record.columns[0].column' must be one of V_m, I_syn_ex, I_syn_in, refractory, not 'Vm'; did you mean 'V_m'?"
    ),
    (
      "record: {columns: [{population: E, column: V_m, interval: 0.25}]}",
      "config.yaml:13: 'record.columns[0].interval' must be a multiple of the resolution, 0.1 ms"
    ),
    ("inputs: [{poisson: {to: [], weight: 1, rate: 4}}]", "config.yaml:13: 'inputs[0].poisson.to' names no population"),
    (
      "inputs: [{dc: {to: [E, E], amplitude: 4}}]",
      "config.yaml:13: 'inputs[0].dc.to' names a population twice, which would double its input"
    ),
    ("inputs: [{poison: {to: E}}]", "config.yaml:13: unknown key 'poison' in 'inputs[0]'; did you mean 'poisson'?"),
    (
      "inputs: [{poisson: {to: E, weight: 1, rate: -4}}]",
      "config.yaml:13: 'inputs[0].poisson.rate' must lie between 0 and 1000000000000, got -4 Hz"
    ),
    (
      "inputs: [{poisson: {to: E, weight: {normal: {mean: 0, sd: 1}}, rate: 4}}]",
      "config.yaml:13: 'inputs[0].poisson.weight' may have both signs; bound it with min or max, or name the receptor"
    ),
    (
      "inputs: [{step: {to: E, times: [1, 2], amplitudes: [1]}}]",
      "config.yaml:13: 'inputs[0].step.times' holds 2 times for 1 amplitudes; give one amplitude for each time"
    ),
    ("inputs: [{dc: {to: E, amplitude: 1, start: 5, stop: 2}}]", "config.yaml:13: 'inputs[0].dc.stop' is before start"),
  ]) func recordsAndInputsAreChecked(line: String, message: String) throws {
    #expect(try refusal(base + "\n" + line + "\n") == Refusal(text: message, exitCode: 78))
  }

  @Test func spikesBeforeZeroAreRefused() throws {
    let text = "populations: [{name: in, model: spikes, count: 3, spikes: [[-1, 0]]}, {name: E, model: lif_sfa, count: 1}]\n"
    #expect(try refusal(text).text == "config.yaml:1: 'populations[0].spikes[0][0]' must lie between 0 and 1000000000000, got -1 ms")
  }
}

// An input of the network study: Poisson spikes, or a constant, stepwise or noisy current.
import Maths
import Networks
import Spiking

enum InputKeys {
  static func read(_ section: ConfigurationSection, into plan: inout StudyPlan) throws {
    let (kind, value) = try section.only(of: ["poisson", "dc", "step", "noise"], what: "input")
    let keys = try value.section("the keys of the input")
    let to = try keys.required("to")
    let targets = to.isList ? try to.list().map { try $0.population(plan.network) } : [try to.population(plan.network)]
    if targets.isEmpty { throw to.error("names no population") }
    if Set(targets).count < targets.count { throw to.error("names a population twice, which would double its input") }
    let delay = try keys.number("delay", default: 0, .notNegative, unit: "ms")
    let start = try keys.number("start", default: 0, .notNegative, unit: "ms")
    let stop = try keys.number("stop", default: .infinity, .notNegative, unit: "ms")
    if stop < start { throw keys.error("stop", "is before start") }
    // What does not depend on the target is read once.
    let current = try current(kind, keys, plan.common.resolution)
    for target in targets {
      let population = plan.network.populations[target]
      guard let model = population.model.flatMap({ NeuronCatalogue.description(of: $0) }) else {
        throw to.error("names \(population.name), a population of given spikes, which takes no input")
      }
      let form = try current ?? poisson(keys, model, plan.common.resolution)
      plan.inputs.append(
        InputDescription(
          name: "\(kind) input of \(population.name)", population: target, kind: form, delay: delay, start: start, stop: stop))
    }
    try keys.finish()
  }

  private static func poisson(_ keys: ConfigurationSection, _ model: ModelDescription, _ resolution: Double) throws -> InputDescription.Kind
  {
    let rate = try keys.number("rate", .within(0...1e12), unit: "Hz")
    let most = PoissonDraws.largestMean / resolution * 1000
    if rate > most {
      throw keys.error(
        "rate",
        "is \(NumberText.text(rate)) Hz, but in steps of \(NumberText.text(resolution)) ms at most \(NumberText.text(most)) Hz can be drawn; "
          + "lower it, or raise the weight in its place")
    }
    let weight = try keys.required("weight")
    let law = try weight.law(unit: model.weightUnit)
    let receptor = try keys.value("receptor", default: .text("by_sign"))?.receptor(of: model) ?? .bySign
    if case .bySign = receptor, model.receptors.count > 1, law.support.lowerBound < 0, law.support.upperBound > 0 {
      throw weight.error("may have both signs; bound it with min or max, or name the receptor")
    }
    return .poisson(rate: rate, weight: law, receptor: receptor)
  }

  private static func current(_ kind: String, _ keys: ConfigurationSection, _ resolution: Double) throws -> InputDescription.Kind? {
    switch kind {
    case "dc": return .dc(amplitude: try keys.number("amplitude", .within(-1e12...1e12), unit: "pA"))
    case "step":
      let value = try keys.required("times")
      let times = try value.list().map { try $0.number(.notNegative, unit: "ms") }
      let amplitudes = try keys.required("amplitudes").list().map { try $0.number(.within(-1e12...1e12), unit: "pA") }
      if times.isEmpty || times.count != amplitudes.count {
        throw value.error("holds \(times.count) times for \(amplitudes.count) amplitudes; give one amplitude for each time")
      }
      if zip(times, times.dropFirst()).contains(where: { $0 >= $1 }) { throw value.error("must ascend") }
      return .step(times: times, amplitudes: amplitudes)
    case "noise":
      let mean = try keys.number("mean", default: 0, .within(-1e12...1e12), unit: "pA")
      let sd = try keys.number("sd", .within(0...1e12), unit: "pA")
      let interval = try keys.number("dt", default: 1, .positive, unit: "ms")
      if interval < resolution { throw keys.error("dt", "is below the resolution of \(NumberText.text(resolution)) ms") }
      if abs((interval / resolution).rounded() * resolution - interval) > 1e-6 * interval {
        throw keys.error(
          "dt", "must be a multiple of the resolution, \(NumberText.text(resolution)) ms, got \(NumberText.text(interval)) ms")
      }
      return .noise(mean: mean, sd: sd, interval: interval)
    default: return nil
    }
  }
}

// A study: what a configuration with its name means. A new study is one file and one line in the catalogue.
import Networks
import Spiking

/// What a study makes of its keys.
public struct StudyPlan: Sendable {
  public var title: String
  public var common: CommonKeys
  public var network: Network
  public var inputs: [InputDescription] = []
  /// Spikes of virtual populations.
  public var spikes: [(population: Int, source: any SpikeSource)] = []
  /// Recordings beside those under `record`.
  public var columnRecordings: [SimulationDescription.ColumnRecording] = []
  public var notes: [String] = []
  /// Published or measured mean rates, for forecasts.
  public var rates: ExpectedRates?

  public init(title: String, common: CommonKeys, network: Network) {
    self.title = title
    self.common = common
    self.network = network
  }
}

/// A named kind of experiment.
public protocol Study: SendableMetatype {
  /// As `study:` spells it.
  static var name: String { get }
  static var summary: String { get }
  /// Reads the study's keys and the common ones; which keys are left over is checked later.
  static func plan(_ section: ConfigurationSection) throws -> StudyPlan
  /// How the study grows with the number of ranks in a weak scaling study; nil if nothing is stated.
  static var weakGrowth: WeakGrowth? { get }
  /// All its keys in words, for a study that has no defaults to show; nil for others.
  static var keysText: String? { get }
}

extension Study {
  static var weakGrowth: WeakGrowth? { nil }
  static var keysText: String? { nil }
}

/// All studies.
public enum StudyCatalogue {
  public static let studies: [any Study.Type] = [
    MicrocircuitStudy.self,
    ColumnGridStudy.self,
    BrunelStudy.self,
    SonataStudy.self,
    NetworkStudy.self,
  ]

  /// The study that a configuration names; `network` where it lists populations instead.
  static func study(of section: ConfigurationSection) throws -> any Study.Type {
    if !section.has("study"), section.has("populations") {
      _ = try section.text("study", default: NetworkStudy.name)
      return NetworkStudy.self
    }
    if !section.has("study"), section.has("model_type") || section.has("dataset") || section.has("task_type") {
      throw ConfigurationError(
        section.place,
        "describes a training (keys such as model_type, dataset, task_type and no study), not a simulation; give it to colonnade train")
    }
    let name = try section.required("study").choice(studies.map { $0.name })
    return studies.first { $0.name == name }!
  }
}

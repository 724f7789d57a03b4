// The keys of the training loop: the reference's flags with their defaults, and schedules, clipping and micro-batches beyond them.
import Training

enum OptimiserKind: String, CaseIterable { case adam, adamw }
enum ScheduleKind: String, CaseIterable { case exponential, cosine, constant }

extension TrainerSettings {
  static let standardBatch = 64

  /// Keys of the schedule that are set and change nothing, with what they are for.
  func ineffective(_ section: ConfigurationSection) -> [(key: String, reason: String)] {
    var (isExponential, isCosine) = (false, false)
    switch learningRate.decay {
    case .exponential: isExponential = true
    case .cosine: isCosine = true
    case .constant: break
    }
    return [
      ("lr_decay", !isExponential, "is of schedule: exponential"), ("lr_floor", !isCosine, "is of schedule: cosine"),
      ("target_spike_prob", regulariser.strength == 0, "is the aim of spike_reg_l2, which is 0"),
    ].filter { $0.1 && section.isChanged($0.0) }.map { ($0.0, $0.2) }
  }

  init(_ section: ConfigurationSection, objective: Objective) throws {
    self.init(objective: objective)
    batch = try section.integer("batch_size", default: Self.standardBatch, .within(1...1e6))
    microBatch = try section.integer("micro_batch", default: 16, .within(1...64))
    recomputeSegments = try section.integer("recompute_segments", default: 1, .within(1...1e6))
    epochs = try section.integer("epoch", default: 1, .within(1...1e6))
    let rate = try section.number("lr", default: 1e-2, .positive)
    let factor = try section.number("lr_decay", default: 0.85, .within(0...1))
    let floor = try section.number("lr_floor", default: 0, .within(0...1))
    let warmup = try section.integer("warmup_steps", default: 0, .notNegative)
    let decay: LearningRate.Decay =
      switch try section.choice("schedule", default: ScheduleKind.exponential) {
      case .exponential: .exponential(factor: factor)
      case .cosine: .cosine(floor: floor)
      case .constant: .constant
      }
    learningRate = LearningRate(base: rate, decay: decay, warmup: warmup)
    optimiser.decoupled = try section.choice("optimiser", default: OptimiserKind.adam) == .adamw
    optimiser.weightDecay = try section.number("l2_decay", default: 0, .notNegative)
    optimiser.beta1 = try section.number("beta1", default: 0.9, .within(0...0.999999))
    optimiser.beta2 = try section.number("beta2", default: 0.999, .within(0...0.999999))
    let clip = try section.number("clip", default: 0, .notNegative)
    self.clip = clip > 0 ? clip : nil
    regulariser = SpikeRegulariser(
      strength: try section.number("spike_reg_l2", default: 1e-4, .notNegative),
      targetProbability: try section.number("target_spike_prob", default: 0.01, .notNegative))
    if batch % microBatch != 0 {
      throw section.error(
        "batch_size", "must be a multiple of micro_batch, got \(batch) and \(microBatch); change one of them, --set micro_batch=N")
    }
  }
}

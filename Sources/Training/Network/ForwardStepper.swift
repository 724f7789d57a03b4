// One layer's step forward: currents as sums of the rows of active units, and where its cells read and write.

/// Addresses of one layer for a pass forward. Plain values: the loops over steps and samples touch no reference counts; the tape that it
/// was made from outlives it.
struct ForwardStepper<S: TrainingScalar> {
  private unowned(unsafe) let layer: LayerTape<S>
  private unowned(unsafe) let lists: SpikeLists
  private let parameters: UnsafePointer<S>
  private let bias: UnsafePointer<S>
  private let drive: Int
  private let spikes: Bool
  /// Of its links among all that come in, the first ones whose inputs are summed ahead, and the others.
  private let inputs: Range<Int>
  private let others: Range<Int>

  init(
    _ layer: LayerTape<S>, _ shape: SpikingNetwork<S>.LayerShape, inputs: Range<Int>, others: Range<Int>, _ parameters: UnsafePointer<S>
  ) {
    self.layer = layer
    lists = layer.spikeLists
    self.parameters = parameters
    bias = parameters + shape.biasOffset
    (drive, spikes, self.inputs, self.others) = (shape.drive, shape.spikes, inputs, others)
  }

  /// Bias and the rows of active inputs, summed into the currents of each sample: they are known before the layers run.
  @inline(__always)
  func addInputs(_ plans: UnsafeBufferPointer<LinkPlan<S>>, _ steps: Range<Int>, _ group: Range<Int>) {
    if inputs.isEmpty { return }
    for step in steps { add(inputs, plans, step, group, anew: true) }
  }

  /// The rows of active units of the other links, and the bias if nothing was summed ahead. The order of the links is that of the sum.
  @inline(__always)
  func addCurrents(_ plans: UnsafeBufferPointer<LinkPlan<S>>, _ step: Int, _ group: Range<Int>) {
    add(others, plans, step, group, anew: inputs.isEmpty)
  }

  @inline(__always)
  private func add(_ links: Range<Int>, _ plans: UnsafeBufferPointer<LinkPlan<S>>, _ step: Int, _ group: Range<Int>, anew: Bool) {
    let slot = layer.slot(step), stride = layer.sampleStride
    for sample in group {
      let currents = slot + sample &* stride
      // A first link onto all compartments starts from the bias itself.
      var isFirst = anew && !links.isEmpty && plans[links.lowerBound].width == drive
      if anew && !isFirst { currents.update(from: bias, count: drive) }
      for place in links {
        let plan = plans[place], active = plan.active.list(step, sample), sum = currents + plan.driveOffset
        addRows(
          to: sum, base: isFirst ? bias : UnsafePointer(sum), from: parameters + plan.offset, stride: plan.width, width: plan.width,
          indices: active.indices, count: active.count, values: active.values)
        isFirst = false
      }
    }
  }

  /// What the cells of `group` need at a step of the segment.
  @inline(__always)
  func rows(_ step: Int, _ group: Range<Int>) -> ForwardRows<S> {
    let first = group.lowerBound, padded = layer.paddedUnits
    return ForwardRows(
      samples: group.count, blocks: padded / 8, previous: UnsafePointer(layer.slot(step - 1) + first &* layer.sampleStride),
      current: layer.slot(step) + first &* layer.sampleStride, slotStride: layer.sampleStride,
      previousSpikes: UnsafePointer(layer.spikeRow(step - 1) + first &* padded), spikes: layer.spikeRow(step) + first &* padded,
      spikeBits: layer.spikes(step, first), supportBits: layer.support(step, first), bitStride: layer.bitRow)
  }

  /// Takes stock of the step that the cells have run.
  @inline(__always)
  func finish(_ step: Int, _ group: Range<Int>) {
    if !spikes { return }
    if layer.units != layer.paddedUnits { maskTails(step, group) }
    for sample in group {
      lists.append(step &* layer.samples &+ sample, layer.spikes(step, sample), bytes: layer.bitRow)
    }
  }

  /// Padding units neither spike nor ask for gradients.
  private func maskTails(_ step: Int, _ group: Range<Int>) {
    let last = (layer.units - 1) / 8
    for sample in group {
      let support = layer.support(step, sample), spikes = layer.spikes(step, sample)
      support[last] &= layer.tailMask
      spikes[last] &= layer.tailMask
      for block in (last + 1)..<max(layer.paddedUnits / 8, last + 1) {
        support[block] = 0
        spikes[block] = 0
      }
    }
  }
}

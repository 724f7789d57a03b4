// Stencils against the tables of the column-grid papers, and grids with open and periodic borders.
import Testing

@testable import Networks

private func probability(_ stencil: Stencil, _ dx: Int, _ dy: Int) -> Double {
  stencil.entries.first { $0.dx == dx && $0.dy == dy }?.probability ?? 0
}

@Suite struct StencilTests {
  /// Values printed in the configurations of the papers' program (Pastorelli et al. 2019), to the digits given there.
  @Test func tableOfLambda04() {
    let stencil = Stencil(kernel: .exponential(lambda: 0.4), total: 0.9)
    #expect(stencil.entries.count == 29 && stencil.reach == 3)
    for (dx, dy, value) in [
      (0, 0, 0.595238), (1, 0, 0.0488095), (1, 1, 0.0172619), (2, 0, 0.00416667), (2, 1, 0.00238095), (2, 2, 0.000595238),
      (3, 0, 0.000595238),
    ] {
      #expect((probability(stencil, dx, dy) / value - 1).magnitude < 3e-6)
    }
    #expect(probability(stencil, 3, 1) == 0 && probability(stencil, 4, 0) == 0)
  }
  @Test func tableOfLambda06() {
    let stencil = Stencil(kernel: .exponential(lambda: 0.6), total: 0.9)
    #expect(stencil.entries.count == 69 && stencil.reach == 4)
    for (dx, dy, value) in [
      (0, 0, 0.344037), (1, 0, 0.0650229), (1, 1, 0.0326835), (2, 0, 0.0123853), (2, 1, 0.00825688), (2, 2, 0.00309633), (3, 0, 0.00240826),
      (3, 1, 0.00172018), (3, 2, 0.000688073), (4, 0, 0.000344037), (4, 1, 0.000344037), (3, 3, 0.000344037), (4, 2, 0.000344037),
    ] {
      #expect((probability(stencil, dx, dy) / value - 1).magnitude < 3e-6)
    }
    #expect(probability(stencil, 4, 3) == 0 && probability(stencil, 5, 0) == 0)
  }
  @Test(arguments: [(0.4, 1.512), (0.5, 1.980), (0.6, 2.616), (0.7, 3.392)]) func localConnectivity(lambda: Double, sum: Double) {
    let stencil = Stencil(kernel: .exponential(lambda: lambda), total: 0.9)
    #expect((probability(stencil, 0, 0) - 0.9 / sum).magnitude < 1e-14)
  }

  @Test(arguments: [Kernel.exponential(lambda: 0.4), .exponential(lambda: 2), .gaussian(sigma: 0.5), .gaussian(sigma: 1.7)])
  func sumAndSymmetry(kernel: Kernel) {
    let stencil = Stencil(kernel: kernel, total: 0.9)
    #expect((stencil.entries.reduce(0) { $0 + $1.probability } - 0.9).magnitude < 1e-13)
    for entry in stencil.entries {
      #expect(entry.probability > 0 && abs(entry.dx) <= stencil.reach && abs(entry.dy) <= stencil.reach)
      #expect(
        probability(stencil, -entry.dx, entry.dy) == entry.probability && probability(stencil, entry.dy, entry.dx) == entry.probability)
    }
    let order = stencil.entries.map { $0.dy * 1000 + $0.dx }
    #expect(order == order.sorted())
  }

  /// exp(-1 / 2) = 0.607, exp(-1) = 0.368, exp(-2) = 0.135, ... rounded to three places.
  @Test func gaussianByHand() {
    let stencil = Stencil(kernel: .gaussian(sigma: 1), total: 1)
    let centre = probability(stencil, 0, 0)
    for (dx, dy, value) in [
      (1, 0, 0.607), (1, 1, 0.368), (2, 0, 0.135), (2, 1, 0.082), (2, 2, 0.018), (3, 0, 0.011), (3, 2, 0.002), (3, 3, 0),
    ] {
      #expect((probability(stencil, dx, dy) / centre - value).magnitude < 1e-12)
    }
    #expect(stencil.reach == 3)
    // More places reach further.
    #expect(Stencil(kernel: .gaussian(sigma: 1), total: 1, decimals: 6).reach == 5)
  }
  /// The kernel ends at a distance, also along the diagonals, and has the sum that was asked for.
  @Test(arguments: [0, 1, 1.5, 2.3, 100]) func cutoff(_ distance: Double) {
    let whole = Stencil(kernel: .gaussian(sigma: 1), total: 0.9)
    let cut = Stencil(kernel: .gaussian(sigma: 1), total: 0.9, cutoff: distance)
    let kept = whole.entries.filter { Double($0.dx * $0.dx + $0.dy * $0.dy).squareRoot() <= distance }
    #expect(cut.entries.map { [$0.dx, $0.dy] } == kept.map { [$0.dx, $0.dy] })
    #expect(cut.reach == min(whole.reach, Int(distance)))
    #expect(abs(cut.entries.reduce(0) { $0 + $1.probability } - 0.9) < 1e-12)
  }
  @Test func localStencil() {
    let stencil = Stencil.local(0.9)
    #expect(stencil.entries == [Stencil.Entry(dx: 0, dy: 0, probability: 0.9)] && stencil.reach == 0)
    #expect(stencil.targets(of: 5, on: ColumnGrid(width: 4, height: 4)).map(\.column) == [5])
  }

  @Test func bordersOfGrids() {
    let open = ColumnGrid(width: 5, height: 3)
    let periodic = ColumnGrid(width: 5, height: 3, periodic: true)
    #expect(
      open.column(from: 7, dx: 2, dy: -1) == 4 && open.column(from: 7, dx: 3, dy: 0) == nil && open.column(from: 7, dx: 0, dy: 2) == nil)
    #expect(open.column(from: 0, dx: -1, dy: 0) == nil && open.column(from: 0, dx: 0, dy: -1) == nil)
    #expect(periodic.column(from: 0, dx: -1, dy: -1) == 14 && periodic.column(from: 7, dx: 3, dy: 2) == 0)
    #expect(periodic.column(from: 7, dx: -12, dy: 9) == 5)
  }

  /// What a column's targets are by the sum over offsets, against a count of all offsets by hand.
  @Test(arguments: [
    (9, 9, false), (9, 9, true), (4, 4, false), (4, 4, true), (2, 1, true), (1, 1, true), (1, 1, false), (7, 2, true), (6, 7, true),
    (8, 20, true),
  ])
  func targetsOfColumns(width: Int, height: Int, periodic: Bool) {
    let grid = ColumnGrid(width: width, height: height, periodic: periodic)
    let stencil = Stencil(kernel: .exponential(lambda: 0.6), total: 0.9)
    for column in 0..<grid.columns {
      var sums = [Double](repeating: 0, count: grid.columns)
      for entry in stencil.entries {
        var (x, y) = (column % width + entry.dx, column / width + entry.dy)
        if periodic { (x, y) = ((x + 100 * width) % width, (y + 100 * height) % height) }
        if x < 0 || x >= width || y < 0 || y >= height { continue }
        sums[y * width + x] += entry.probability
      }
      let targets = stencil.targets(of: column, on: grid)
      #expect(targets.map(\.column) == sums.indices.filter { sums[$0] > 0 })
      for (target, probability) in targets {
        #expect((probability - sums[target]).magnitude < 1e-14)
        #expect((stencil.probability(from: column, to: target, on: grid) - sums[target]).magnitude < 1e-14)
        // Every probability that occurs is known beforehand, to the bit.
        #expect(stencil.probabilities(on: grid).contains(stencil.probability(from: column, to: target, on: grid)))
      }
      if periodic { #expect((sums.reduce(0, +) - 0.9).magnitude < 1e-13) }
    }
  }

  @Test func probabilitiesNeverExceedOne() {
    let stencil = Stencil(kernel: .gaussian(sigma: 3), total: 30)
    let grid = ColumnGrid(width: 3, height: 3, periodic: true)
    #expect(stencil.probability(from: 0, to: 4, on: grid) == 1 && stencil.targets(of: 0, on: grid).allSatisfy { $0.probability == 1 })
    #expect(stencil.probabilities(on: grid) == [1])
  }
}

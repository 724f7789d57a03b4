// Laws of numbers, grids and selections of neurons, as configurations write them.
import Networks

extension ConfigurationValue {
  /// A number, or a law: `{normal: {mean, sd, min, max}}`, `{lognormal: {mu, sigma, min, max}}`, `{uniform: {low, high}}`,
  /// `{exponential: {mean, offset, max}}`, or `{rounded: {to: unit, of: law}}`.
  public func law(unit: String = "") throws -> Distribution {
    if !isSection {
      let constant = Distribution.constant(try number(unit: unit))
      if let fault = constant.fault { throw error("has \(fault)") }
      return constant
    }
    let section = try section()
    let laws = ["normal", "lognormal", "uniform", "exponential", "rounded"]
    let (name, value) = try section.only(of: laws, what: "a law")
    let keys = try value.section("the parameters of a law")
    let law: Distribution
    switch name {
    case "normal":
      law = .normal(
        mean: try keys.number("mean", unit: unit), sd: try keys.number("sd", .notNegative, unit: unit),
        min: try keys.number("min", default: -.infinity, unit: unit), max: try keys.number("max", default: .infinity, unit: unit))
    case "lognormal":
      law = .lognormal(
        mu: try keys.number("mu"), sigma: try keys.number("sigma", .notNegative),
        min: try keys.number("min", default: 0, .notNegative, unit: unit), max: try keys.number("max", default: .infinity, unit: unit))
    case "uniform":
      law = .uniform(low: try keys.number("low", unit: unit), high: try keys.number("high", unit: unit))
    case "rounded":
      law = .rounded(to: try keys.number("to", .positive, unit: unit), of: try keys.required("of").law(unit: unit))
    default:
      law = .exponential(
        mean: try keys.number("mean", .positive, unit: unit), offset: try keys.number("offset", default: 0, unit: unit),
        max: try keys.number("max", default: .infinity, unit: unit))
    }
    try keys.finish()
    if let fault = law.fault { throw value.error("has \(fault)") }
    return law
  }

  /// Columns across and down: `[6, 6]` or `6x6`, which resolve to the same.
  public func grid() throws -> (width: Int, height: Int) {
    let (width, height) = try sides()
    let (columns, overflow) = width.multipliedReportingOverflow(by: height)
    if overflow || columns > Int(UInt32.max) { throw error("has more columns than 32-bit numbers can name") }
    resolved = .words([String(width), String(height)])
    return (width, height)
  }

  private func sides() throws -> (width: Int, height: Int) {
    if isList {
      let sides = try list()
      guard sides.count == 2 else { throw error("must be two numbers of columns, [across, down]") }
      let (width, height) = (try sides[0].integer(.positive), try sides[1].integer(.positive))
      return (width, height)
    }
    let word = try text()
    let sides = word.split(whereSeparator: { $0 == "x" || $0 == "X" }).map { Int($0) ?? 0 }
    guard sides.count == 2, sides[0] > 0, sides[1] > 0 else { throw error("must be a grid like [6, 6] or 6x6, not '\(word)'") }
    return (sides[0], sides[1])
  }

  /// `all`, `none`, a list of indices, `{range: [first, end]}` (the end is not in it) or `{fraction: f}`.
  ///
  /// - Parameter count: the neurons there are.
  public func selection(of count: Int) throws -> Selection {
    let selection: Selection
    if isSection {
      let section = try section()
      let (name, value) = try section.only(of: ["range", "fraction"], what: "a selection of neurons")
      if name == "range" {
        let ends = try value.list()
        guard ends.count == 2 else { throw value.error("must be [first, end]") }
        let (first, end) = (try ends[0].integer(.notNegative), try ends[1].integer(.notNegative))
        guard first <= end else { throw value.error("ends before it begins") }
        selection = .range(first..<end)
      } else {
        selection = .fraction(try value.number(.within(0...1)))
      }
    } else if isList {
      selection = .list(Array(Set(try list().map { try $0.integer(.notNegative) })).sorted())
    } else {
      selection = try choice(["all", "none"]) == "all" ? .all : .none
    }
    if let fault = selection.fault(for: count) { throw error("is wrong: \(fault)") }
    return selection
  }
}

extension ConfigurationSection {
  /// The one key of a section that says which kind of thing it is.
  public func only(of names: [String], what: String) throws -> (name: String, value: ConfigurationValue) {
    for name in names { _ = value(name) }
    try refuseUnknown()
    guard keys.count == 1, let value = value(keys[0]) else {
      throw ConfigurationError(place, "'\(path)' must have one key, the kind of \(what): \(names.joined(separator: ", "))")
    }
    return (keys[0], value)
  }
}

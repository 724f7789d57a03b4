// Vectors of the simulation's scalar: what a model's loop is written in, once for single and double precision.
import CKernels
import Maths
import Storage

/// A vector of lanes with explicit fused multiply-add. Every operation works lane by lane, so the bits do not depend on the width.
public protocol LaneVector: Sendable {
  associatedtype Scalar
  associatedtype Mask
  static var width: Int { get }
  init(_ value: Scalar)
  /// Loads `width` scalars; the pointer is aligned to 64 bytes.
  init(from pointer: UnsafePointer<Scalar>)
  func store(to pointer: UnsafeMutablePointer<Scalar>)
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func >= (a: Self, b: Self) -> Mask
  /// self + a * b, rounded once.
  func adding(_ a: Self, times b: Self) -> Self
  /// Lanes of self where the mask holds, of `other` elsewhere.
  func where_(_ mask: Mask, otherwise other: Self) -> Self
  /// The larger one; what is not a number in `a` stays so, for the checks that look for it.
  static func maximum(_ a: Self, _ b: Self) -> Self
  /// Calls the body with the number of each lane in which the mask holds, ascending; costs one test where none does.
  static func forEachLane(in mask: Mask, _ body: (Int) -> Void)
}

/// Sixteen floats: one AVX-512 or two AVX2 registers.
@frozen public struct FloatLanes: LaneVector {
  @usableFromInline var value: SIMD16<Float>
  public static var width: Int { 16 }
  @inline(__always) init(value: SIMD16<Float>) { self.value = value }
  @inline(__always) public init(_ value: Float) { self.value = SIMD16(repeating: value) }
  @inline(__always) public init(from pointer: UnsafePointer<Float>) {
    value = UnsafeRawPointer(pointer).load(as: SIMD16<Float>.self)
  }
  @inline(__always) public func store(to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD16<Float>.self)
  }
  @inline(__always) public static func + (a: Self, b: Self) -> Self { Self(value: a.value + b.value) }
  @inline(__always) public static func - (a: Self, b: Self) -> Self { Self(value: a.value - b.value) }
  @inline(__always) public static func * (a: Self, b: Self) -> Self { Self(value: a.value * b.value) }
  @inline(__always) public static func >= (a: Self, b: Self) -> SIMDMask<SIMD16<Int32>> { a.value .>= b.value }
  @inline(__always) public func adding(_ a: Self, times b: Self) -> Self { Self(value: value.addingProduct(a.value, b.value)) }
  @inline(__always) public func where_(_ mask: SIMDMask<SIMD16<Int32>>, otherwise other: Self) -> Self {
    Self(value: other.value.replacing(with: value, where: mask))
  }
  @inline(__always) public static func maximum(_ a: Self, _ b: Self) -> Self {
    Self(value: a.value.replacing(with: b.value, where: b.value .> a.value))
  }
  @inline(__always) public static func forEachLane(in mask: SIMDMask<SIMD16<Int32>>, _ body: (Int) -> Void) {
    // Halves are joined until one word is left: a few instructions, where `any` calls a reduction.
    let bits = unsafeBitCast(mask, to: SIMD16<Int32>.self)
    let eight = bits.lowHalf | bits.highHalf
    let two = unsafeBitCast(eight.lowHalf | eight.highHalf, to: SIMD2<Int64>.self)
    if two[0] | two[1] != 0 { for lane in 0..<16 where bits[lane] != 0 { body(lane) } }
  }
}

/// Eight doubles.
@frozen public struct DoubleLanes: LaneVector {
  @usableFromInline var value: SIMD8<Double>
  public static var width: Int { 8 }
  @inline(__always) init(value: SIMD8<Double>) { self.value = value }
  @inline(__always) public init(_ value: Double) { self.value = SIMD8(repeating: value) }
  @inline(__always) public init(from pointer: UnsafePointer<Double>) {
    value = UnsafeRawPointer(pointer).load(as: SIMD8<Double>.self)
  }
  @inline(__always) public func store(to pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Double>.self)
  }
  @inline(__always) public static func + (a: Self, b: Self) -> Self { Self(value: a.value + b.value) }
  @inline(__always) public static func - (a: Self, b: Self) -> Self { Self(value: a.value - b.value) }
  @inline(__always) public static func * (a: Self, b: Self) -> Self { Self(value: a.value * b.value) }
  @inline(__always) public static func >= (a: Self, b: Self) -> SIMDMask<SIMD8<Int64>> { a.value .>= b.value }
  @inline(__always) public func adding(_ a: Self, times b: Self) -> Self { Self(value: value.addingProduct(a.value, b.value)) }
  @inline(__always) public func where_(_ mask: SIMDMask<SIMD8<Int64>>, otherwise other: Self) -> Self {
    Self(value: other.value.replacing(with: value, where: mask))
  }
  @inline(__always) public static func maximum(_ a: Self, _ b: Self) -> Self {
    Self(value: a.value.replacing(with: b.value, where: b.value .> a.value))
  }
  @inline(__always) public static func forEachLane(in mask: SIMDMask<SIMD8<Int64>>, _ body: (Int) -> Void) {
    let bits = unsafeBitCast(mask, to: SIMD8<Int64>.self)
    let four = bits.lowHalf | bits.highHalf
    let two = four.lowHalf | four.highHalf
    if two[0] | two[1] != 0 { for lane in 0..<8 where bits[lane] != 0 { body(lane) } }
  }
}

/// The precision of a simulation.
public protocol SimulationScalar: VectorScalar, HDF5Element {
  associatedtype Lanes: LaneVector where Lanes.Scalar == Self
  /// The word used in configurations.
  static var precision: String { get }
  static func kernelAddRows(
    _ lists: UnsafeMutablePointer<ckernels_row_list>, _ ready: UnsafePointer<UInt64>, _ count: Int64, _ window: ckernels_row_window,
    _ input: UnsafeMutablePointer<Self>, _ events: UnsafeMutablePointer<Int64>)
  static func kernelPutEvents(
    _ lists: UnsafeMutablePointer<ckernels_event_list>, _ form: ckernels_event_form, _ step: UInt32, _ targets: UnsafePointer<UInt16>,
    _ weights: UnsafePointer<Self>, _ delays: UnsafePointer<UInt16>, _ count: Int64, _ chunks: UnsafeMutablePointer<ckernels_event_chunks>)
  static func kernelAddEvents(
    _ list: UnsafeMutablePointer<ckernels_event_list>, _ input: UnsafeMutablePointer<Self>,
    _ chunks: UnsafeMutablePointer<ckernels_event_chunks>
  ) -> Int64
  static func kernelAddPlaced(
    _ places: UnsafePointer<UInt32>, _ amplitudes: UnsafePointer<Self>, _ count: Int64, _ out: UnsafeMutablePointer<Self>)
  // Models whose loop is in CKernels/Neurons.h.
  associatedtype IafPscExpStep: IafPscExpKernel where IafPscExpStep.Scalar == Self
  associatedtype LifSfaStep: LifSfaKernel where LifSfaStep.Scalar == Self
}
extension Float: SimulationScalar {
  public typealias Lanes = FloatLanes
  public typealias IafPscExpStep = ckernels_iaf_psc_exp_f32
  public typealias LifSfaStep = ckernels_lif_sfa_f32
  public static var precision: String { "single" }
}
extension Double: SimulationScalar {
  public typealias Lanes = DoubleLanes
  public typealias IafPscExpStep = ckernels_iaf_psc_exp_f64
  public typealias LifSfaStep = ckernels_lif_sfa_f64
  public static var precision: String { "double" }
}

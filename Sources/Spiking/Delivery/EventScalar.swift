// The kernels of what reaches neurons, rows and events under way and amplitudes from outside, by precision.
import CKernels

extension Float {
  @inline(__always)
  public static func kernelAddRows(
    _ lists: UnsafeMutablePointer<ckernels_row_list>, _ ready: UnsafePointer<UInt64>, _ count: Int64, _ window: ckernels_row_window,
    _ input: UnsafeMutablePointer<Float>, _ events: UnsafeMutablePointer<Int64>
  ) { ckernels_add_rows_f32(lists, ready, count, window, input, events) }
  @inline(__always)
  public static func kernelPutEvents(
    _ lists: UnsafeMutablePointer<ckernels_event_list>, _ form: ckernels_event_form, _ step: UInt32, _ targets: UnsafePointer<UInt16>,
    _ weights: UnsafePointer<Float>, _ delays: UnsafePointer<UInt16>, _ count: Int64, _ chunks: UnsafeMutablePointer<ckernels_event_chunks>
  ) { ckernels_put_events_f32(lists, form, step, targets, weights, delays, count, chunks) }
  @inline(__always)
  public static func kernelAddEvents(
    _ list: UnsafeMutablePointer<ckernels_event_list>, _ input: UnsafeMutablePointer<Float>,
    _ chunks: UnsafeMutablePointer<ckernels_event_chunks>
  ) -> Int64 { ckernels_add_events_f32(list, input, chunks) }
  @inline(__always)
  public static func kernelAddPlaced(
    _ places: UnsafePointer<UInt32>, _ amplitudes: UnsafePointer<Float>, _ count: Int64, _ out: UnsafeMutablePointer<Float>
  ) { ckernels_add_placed_f32(places, amplitudes, count, out) }
}

extension Double {
  @inline(__always)
  public static func kernelAddRows(
    _ lists: UnsafeMutablePointer<ckernels_row_list>, _ ready: UnsafePointer<UInt64>, _ count: Int64, _ window: ckernels_row_window,
    _ input: UnsafeMutablePointer<Double>, _ events: UnsafeMutablePointer<Int64>
  ) { ckernels_add_rows_f64(lists, ready, count, window, input, events) }
  @inline(__always)
  public static func kernelPutEvents(
    _ lists: UnsafeMutablePointer<ckernels_event_list>, _ form: ckernels_event_form, _ step: UInt32, _ targets: UnsafePointer<UInt16>,
    _ weights: UnsafePointer<Double>, _ delays: UnsafePointer<UInt16>, _ count: Int64, _ chunks: UnsafeMutablePointer<ckernels_event_chunks>
  ) { ckernels_put_events_f64(lists, form, step, targets, weights, delays, count, chunks) }
  @inline(__always)
  public static func kernelAddEvents(
    _ list: UnsafeMutablePointer<ckernels_event_list>, _ input: UnsafeMutablePointer<Double>,
    _ chunks: UnsafeMutablePointer<ckernels_event_chunks>
  ) -> Int64 { ckernels_add_events_f64(list, input, chunks) }
  @inline(__always)
  public static func kernelAddPlaced(
    _ places: UnsafePointer<UInt32>, _ amplitudes: UnsafePointer<Double>, _ count: Int64, _ out: UnsafeMutablePointer<Double>
  ) { ckernels_add_placed_f64(places, amplitudes, count, out) }
}

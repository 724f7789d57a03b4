// Attributes of files, groups and datasets: numbers, texts and enumerations.
import CHDF5

extension HDF5File {
  public func hasAttribute(_ name: String, of object: String = "/") throws(StorageError) -> Bool {
    guard try exists(object) else { return false }
    let found = chdf5_has_attribute(handle, Self.absolute(object), name)
    guard found >= 0 else { throw failure("look up attribute \(name)", object) }
    return found > 0
  }

  /// The numbers of an attribute; nil where there is none of that name.
  public func attribute<T: HDF5Element>(_ name: String, of object: String = "/", as type: T.Type) throws(StorageError) -> [T]? {
    guard try hasAttribute(name, of: object) else { return nil }
    var info = chdf5_info()
    guard chdf5_attribute_info(handle, Self.absolute(object), name, &info) >= 0 else { throw failure("read attribute \(name)", object) }
    guard HDF5Content(info).canBeRead(as: T.hdf5Type) else {
      throw .badData("\(path):\(object)", "read attribute \(name) as \(T.self)", "it holds \(HDF5Content(info))")
    }
    var count = 1
    for size in info.sizes {
      // Attributes live in object headers of at most 64 KiB, or in a dense store that no file of ours uses.
      guard size >= 0, size <= 1 << 20, count * size <= 1 << 20 else {
        throw .badData("\(path):\(object)", "read attribute \(name)", "it claims \(info.sizes) values")
      }
      count *= size
    }
    if info.rank < 0 || count == 0 { return [] }
    var done: Int32 = -1
    let values = [T](unsafeUninitializedCapacity: count) { buffer, filled in
      done = chdf5_read_attribute(handle, Self.absolute(object), name, T.hdf5Type.rawValue, Int64(count), buffer.baseAddress)
      // Invariant: the library has written every value, or the array stays empty.
      filled = done >= 0 ? count : 0
    }
    guard done >= 0 else { throw failure("read attribute \(name)", object) }
    return values
  }

  /// The text of an attribute, or the member's name of an enumeration; nil where there is none of that name.
  public func textAttribute(_ name: String, of object: String = "/") throws(StorageError) -> String? {
    guard try hasAttribute(name, of: object) else { return nil }
    var block: UnsafeMutablePointer<CChar>?
    let count = chdf5_read_attribute_strings(handle, Self.absolute(object), name, &block)
    guard count >= 0 else { throw failure("read attribute \(name)", object) }
    defer { chdf5_free(block) }
    guard count == 1 else { throw .badData("\(path):\(object)", "read attribute \(name)", "it has \(count) texts instead of one") }
    return Self.strings(block, count: 1)[0]
  }

  /// Sets an attribute to one number.
  public func setAttribute<T: HDF5Element>(_ name: String, of object: String = "/", _ value: T) throws(StorageError) {
    try setAttribute(name, of: object, rank: 0, [value])
  }

  /// Sets an attribute to a list of numbers.
  public func setAttribute<T: HDF5Element>(_ name: String, of object: String = "/", _ values: [T]) throws(StorageError) {
    try setAttribute(name, of: object, rank: 1, values)
  }

  private func setAttribute<T: HDF5Element>(
    _ name: String, of object: String, rank: Int32, _ values: [T]
  ) throws(StorageError) {
    let done = values.withUnsafeBufferPointer {
      chdf5_write_attribute(handle, Self.absolute(object), name, T.hdf5Type.rawValue, rank, Int64(values.count), $0.baseAddress)
    }
    guard done >= 0 else { throw failure("write attribute \(name)", object, .readWrite) }
  }

  public func setAttribute(_ name: String, of object: String = "/", _ text: String) throws(StorageError) {
    guard chdf5_write_attribute_string(handle, Self.absolute(object), name, text) >= 0 else {
      throw failure("write attribute \(name)", object, .readWrite)
    }
  }

  /// Sets an attribute to one member of an enumeration of unsigned bytes numbered from 0.
  public func setAttribute(_ name: String, of object: String = "/", member: String, in members: [String]) throws(StorageError) {
    guard let value = members.firstIndex(of: member) else { preconditionFailure("\(member) is not in \(members)") }
    let done = Self.withCStrings(members) {
      chdf5_write_attribute_enum(handle, Self.absolute(object), name, Int32(members.count), $0, Int32(value))
    }
    guard done >= 0 else { throw failure("write attribute \(name)", object, .readWrite) }
  }
}

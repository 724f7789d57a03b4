// Configurations to start from, embedded in the program: those of jobs/.
import Running

/// The configurations that `colonnade example` prints.
public enum Examples {
  private static var texts: [(name: String, bytes: [UInt8])] {
    [
      ("brunel", PackageResources.brunel_yaml), ("column-grid", PackageResources.column_grid_yaml),
      ("csnn", PackageResources.csnn_yaml), ("microcircuit", PackageResources.microcircuit_yaml), ("sonata", PackageResources.sonata_yaml),
      ("spoken-digits", PackageResources.spoken_digits_yaml), ("yin-yang", PackageResources.yin_yang_yaml),
    ]
  }
  public static var names: [String] { texts.map(\.name) }

  /// The text of an example.
  /// - Throws: `CatalogueError` naming the nearest one.
  public static func text(_ name: String) throws -> String {
    // Studies are spelt with underscores, the folders of jobs/ with hyphens.
    let hyphened = name.replacing("_", with: "-")
    guard let found = texts.first(where: { $0.name == hyphened }) else {
      throw CatalogueError(description: "no example '\(name)'" + NearestKey.hint(for: name, among: names))
    }
    return String(decoding: found.bytes, as: UTF8.self)
  }
}

// The report of a run folder, made from what lies in it.
import Storage

public enum RunReport {
  public static func write(_ folder: RunFolder) throws {}
}

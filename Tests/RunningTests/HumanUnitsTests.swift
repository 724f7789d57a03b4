// Numbers as people read them.
import Testing

@testable import Running

@Suite struct HumanUnitsTests {
  @Test(arguments: [
    (3.14159, 2, "3.14"), (0, 1, "0.0"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"), (9.999, 2, "10.00"), (42, 0, "42"), (0.05, 2, "0.05"),
    (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
  ])
  func fixed(_ value: Double, _ decimals: Int, _ text: String) { #expect(HumanUnits.fixed(value, decimals) == text) }

  @Test(arguments: [
    (2.99e8, 2, "2.99e8"), (0.001, 1, "1.0e-3"), (8700, 1, "8.7e3"), (9.999e9, 2, "1.00e10"), (0, 2, "0"), (-5e-7, 1, "-5.0e-7"),
  ])
  func scientific(_ value: Double, _ decimals: Int, _ text: String) { #expect(HumanUnits.scientific(value, decimals) == text) }

  @Test(arguments: [
    (2.731, "2.73"), (3.1, "3.1"), (81.0, "81"), (189.4, "189"), (0.0123456, "0.0123"), (0, "0"), (1234.5, "1235"), (1.5e7, "1.50e7"),
    (1.0, "1"), (99.96, "100"), (0.2, "0.2"), (-4.5, "-4.5"), (2e-5, "2.00e-5"), (100, "100"),
  ])
  func significant(_ value: Double, _ text: String) { #expect(HumanUnits.significant(value) == text) }

  @Test(arguments: [(77_169, "77 169"), (0, "0"), (999, "999"), (1000, "1 000"), (-1_234_567, "-1 234 567"), (298_880_941, "2.99e8")])
  func count(_ value: Int, _ text: String) { #expect(HumanUnits.count(value) == text) }

  @Test(arguments: [
    (2_390_000_000, "2.39 GB"), (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (999_499, "999 kB"), (999_600, "1.00 MB"),
    (45_600_000, "45.6 MB"),
    (123_400_000_000_000, "123 TB"),
  ])
  func bytes(_ value: Int64, _ text: String) { #expect(HumanUnits.bytes(value) == text) }

  @Test(arguments: [
    (72.0, "1.2 minutes"), (8.4, "8.40 s"), (27.31, "27.3 s"), (0.0123, "12 ms"), (0.5, "0.50 s"), (2e-6, "2 us"), (12600, "3.5 hours"),
    (190_000, "2.2 days"), (.nan, "unknown"), (.infinity, "unknown"),
  ])
  func duration(_ seconds: Double, _ text: String) { #expect(HumanUnits.duration(seconds) == text) }

  @Test(
    arguments: [
      ("90s", 90.0), ("10m", 600), ("1.5h", 5400), ("2d", 172_800), ("7", 420), ("1:30:00", 5400), ("0:00:05", 5), ("1-12:00:00", 129_600),
      ("2-00:00:01", 172_801), ("1:30", nil), ("30:00", nil), ("1-12", nil), ("1-12:00", nil), ("-1:00:00", nil), ("a:b:c", nil), ("", nil),
    ] as [(String, Double?)])
  func seconds(_ text: String, _ seconds: Double?) { #expect(HumanUnits.seconds(text, unit: 60) == seconds) }

  @Test(arguments: [(11.2, "00:11"), (3723, "1:02:03"), (183_845, "2d 03:04:05"), (.nan, "--:--"), (59.7, "01:00"), (0, "00:00")])
  func clock(_ seconds: Double, _ text: String) { #expect(HumanUnits.clock(seconds) == text) }
}

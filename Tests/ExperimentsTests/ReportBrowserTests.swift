// The page as a browser shows it: wide and narrow, light and dark, without a network.
import Foundation
import Testing

@testable import Experiments

/// A Chromium without a window, if one is installed.
private enum Browser {
  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Runs the browser on a page and returns its standard output. Every name resolves to nothing and the proxy is a dead port.
  static func run(_ page: URL, width: Int, height: Int, dark: Bool, _ arguments: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
        "--disable-dev-shm-usage", "--user-data-dir=\(folder.path)/profile", "--proxy-server=127.0.0.1:9",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--window-size=\(width),\(height)", "--blink-settings=preferredColorScheme=\(dark ? 0 : 1)", "--virtual-time-budget=5000",
      ] + arguments + [page.absoluteString]
    let output = folder.appendingPathComponent("output")
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = Date().addingTimeInterval(90)
    while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    try handle.close()
    guard process.terminationStatus == 0 else { throw Failure(description: "the browser ended with code \(process.terminationStatus)") }
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// A page that shows the report in a frame of the given width, since a window cannot be as narrow as a phone, and writes down what it
  /// measures there.
  static func frame(_ report: String, width: Int, height: Int) -> String {
    """
    <!DOCTYPE html><html><body style="margin:0"><iframe style="border:0;display:block;width:\(width)px;height:\(height)px" srcdoc="\(HTMLText.escape(report))"></iframe>
    <script>addEventListener('load', () => {
      const view = document.querySelector('iframe').contentWindow, page = view.document;
      const box = e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; };
      const figures = [...page.querySelectorAll('figure')].map(f => ({
        id: f.id, box: box(f), marks: [...f.querySelectorAll('svg path')].reduce((n, p) => n + (p.getAttribute('d') || '').length, 0),
        cells: f.querySelectorAll('td, .bar, .heat i').length, areas: [...f.querySelectorAll('.area svg')].map(box) }));
      const text = [...page.querySelectorAll('.strips .name, .strips .value, .ytitle, .highlights dd')].map(box);
      const rates = page.querySelector('#rates .strips'), area = rates.querySelector('.area'), b = area.getBoundingClientRect();
      const before = rates.querySelector('.axis').textContent;
      rates.dispatchEvent(new view.PointerEvent('pointermove', { clientX: b.left + b.width * 0.5 }));
      const during = rates.querySelector('.axis').textContent, value = rates.querySelector('.value').textContent;
      rates.dispatchEvent(new view.PointerEvent('pointerleave'));
      const plot = page.querySelector('#scaling .area'), pb = plot.getBoundingClientRect();
      plot.dispatchEvent(new view.PointerEvent('pointermove', { clientX: pb.left + 1 }));
      const out = { figures, text, before, during, value, after: rates.querySelector('.axis').textContent,
        line: page.querySelector('#scaling .tip').innerText.replace(/\\s+/g, ' '), width: view.innerWidth, scroll: page.documentElement.scrollWidth,
        background: view.getComputedStyle(page.body).backgroundColor, requests: view.performance.getEntriesByType('resource').length,
        summary: box(page.querySelector('summary')), open: page.querySelector('details').open };
      document.body.innerHTML = '<pre id="probe">' + encodeURIComponent(JSON.stringify(out)) + '</pre>';
    })</script></body></html>
    """
  }
}

@Suite(.serialized, .enabled(if: Browser.path != nil, "no Chromium found in PATH; install chromium to see the report in a browser"))
struct ReportBrowserTests {
  struct Probe: Decodable {
    struct Figure: Decodable {
      var id: String
      var box: [Double]
      var marks, cells: Int
      var areas: [[Double]]
    }
    var figures: [Figure]
    var text: [[Double]]
    var before, during, value, after, line, background: String
    var width, scroll: Double
    var requests: Int
    var summary: [Double]
    var open: Bool
  }

  static let page = Result { try ReportPage.html(ReportExample.content(share: 0.1, duration: 1500)) }

  @Test(arguments: [1280, 390], [false, true])
  func showsEveryFigure(_ width: Int, _ dark: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("frame.html")
    try Browser.frame(Self.page.get(), width: width, height: 2400).write(to: file, atomically: true, encoding: .utf8)
    let dom = try Browser.run(file, width: 1300, height: 2400, dark: dark, ["--dump-dom"], in: folder)
    let text = try #require(
      dom.firstMatch(of: /<pre id="probe">([^<]*)<\/pre>/)?.output.1.removingPercentEncoding, "the page's script ended")
    let probe = try JSONDecoder().decode(Probe.self, from: Data(text.utf8))

    let ids = [
      "raster", "rates", "rate-distribution", "cv-distribution", "populations", "spectra", "learning", "scaling", "confusion", "memory",
      "phases",
    ]
    #expect(probe.figures.map(\.id) == ids)
    for f in probe.figures {
      #expect(f.box[2] > 300 && f.box[3] > 100, "\(f.id) has a size")
      #expect(f.marks > 200 || f.cells >= 9, "\(f.id) shows data")
      for a in f.areas { #expect(a[2] > 120 && a[3] > 15, "\(f.id): an area of \(a[2]) by \(a[3])") }
      #expect(f.box[0] >= 0 && f.box[0] + f.box[2] <= Double(width) + 0.5, "\(f.id) fits the width")
    }
    let raster = try #require(probe.figures.first)
    #expect(raster.marks > 50_000)
    #expect(zip(raster.areas, raster.areas.dropFirst()).allSatisfy { abs($0[1] + $0[3] - $1[1]) < 1.5 }, "bands touch")
    #expect(probe.text.allSatisfy { $0[0] >= 0 && $0[0] + $0[2] <= Double(width) + 0.5 })
    #expect(probe.width == Double(width))
    #expect(probe.scroll <= probe.width, "nothing makes the page scroll sideways")
    #expect(probe.background == (dark ? "rgb(20, 24, 28)" : "rgb(252, 252, 250)"))
    #expect(probe.requests == 0)
    #expect(probe.before == "Time (ms)" && probe.after == probe.before)
    #expect(probe.during.hasPrefix("t = 75") && probe.value.hasSuffix(" Hz"), "read-out: \(probe.during), \(probe.value)")
    #expect(probe.line == "Ranks 1 model 40.4 measured 40.4", "read-out: \(probe.line)")
    #expect(!probe.open && probe.summary[3] > 10)
  }

  @Test func looksDifferentInTheDarkAndIsNotBlank() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("report.html")
    try Self.page.get().write(to: file, atomically: true, encoding: .utf8)
    var pictures: [Data] = []
    for dark in [false, true] {
      let picture = folder.appendingPathComponent("\(dark).png")
      _ = try Browser.run(file, width: 1280, height: 1400, dark: dark, ["--screenshot=\(picture.path)"], in: folder)
      pictures.append(try Data(contentsOf: picture))
    }
    // A blank page of this size packs to under 10 kB; thousands of dots do not.
    #expect(pictures.allSatisfy { $0.count > 100_000 })
    #expect(pictures[0] != pictures[1])
  }
}

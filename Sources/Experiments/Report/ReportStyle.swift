// How a report page looks: one restrained style for light and dark screens, phones and paper.

enum ReportStyle {
  /// The whole style sheet. Colours of series come from `SeriesColour`.
  static var css: String {
    let light = variables(SeriesColour.onLight)
    let dark = variables(SeriesColour.onDark)
    return """
      :root{color-scheme:light dark;\(lightGround)\(light)}
      @media (prefers-color-scheme:dark){:root{\(darkGround)\(dark)}}
      \(rules)
      """
  }

  private static func variables(_ hues: [(strong: String, soft: String)]) -> String {
    hues.enumerated().map { "--p\($0):\($1.strong);--q\($0):\($1.soft);" }.joined()
  }
  private static let lightGround =
    "--bg:#fcfcfa;--ink:#1d2329;--dim:#5c6670;--rule:#e1e3e0;--grid:#ecedea;--panel:#f4f5f2;--rest:#b4bac0;--heat:#1b6ca8;--note:#9a5b00;"
  private static let darkGround =
    "--bg:#14181c;--ink:#e6e9ec;--dim:#9ba6b0;--rule:#2c333a;--grid:#22292f;--panel:#1b2126;--rest:#5d6770;--heat:#4fa3e0;--note:#e5b25d;"

  private static let rules = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
    main{max-width:1120px;margin:0 auto;padding:48px 32px 64px}
    h1{font:600 2.3rem/1.15 "Iowan Old Style","Palatino Linotype",Palatino,"Source Serif 4","Noto Serif","Liberation Serif",Georgia,serif;margin:0;letter-spacing:-.01em}
    h2{font-size:1.06rem;font-weight:650;margin:0 0 12px;letter-spacing:.005em}
    .subtitle{color:var(--dim);margin:8px 0 0}
    figure,section,details{margin:52px 0 0;min-width:0}
    figcaption{color:var(--dim);font-size:.86rem;margin-top:10px;max-width:92ch;text-wrap:pretty}
    .highlights{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 36px;margin:28px 0 0;border-block:1px solid var(--rule)}
    .highlights div{display:flex;flex-direction:column-reverse;justify-content:flex-end;padding:14px 0 12px}
    .highlights dd{margin:0;font-size:1.6rem;line-height:1.2;font-weight:300;letter-spacing:-.015em;white-space:nowrap}
    .highlights dt{color:var(--dim);font-size:.82rem}
    .notes{list-style:none;margin:24px 0 0;padding:12px 18px;border-left:3px solid var(--note);background:var(--panel);font-size:.92rem}
    .notes li+li{margin-top:6px}
    .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));column-gap:56px}
    .pair>figure:last-child:nth-child(odd){grid-column:1/-1}
    .strips,.bars{display:grid;grid-template-columns:max-content minmax(0,1fr) max-content;column-gap:14px;row-gap:6px;align-items:center;font-size:.84rem;--u:1px}
    .strips.plain{grid-template-columns:max-content minmax(0,1fr)}
    .strips.joined{row-gap:0}
    .strips.joined .area{border-bottom:1px solid var(--rule)}
    .strips.joined .name:first-child+.area{border-top:1px solid var(--rule)}
    .strips.joined .area svg{overflow:hidden}
    .name{text-align:right;line-height:1.15;overflow-wrap:anywhere;max-width:22ch}
    .strips .name{border-right:3px solid var(--c);padding-right:8px}
    .name b{font-weight:600}
    .name small{display:block;color:var(--dim);font-size:.86em;white-space:nowrap}
    .value{color:var(--dim);white-space:nowrap;min-width:7ch;text-align:right}
    .reading .value{color:var(--ink)}
    .area{position:relative;min-width:0}
    .strips .area{height:calc(var(--h)*var(--u))}
    .area svg{position:absolute;inset:0;width:100%;height:100%;display:block;overflow:visible}
    .area path{vector-effect:non-scaling-stroke;fill:none}
    .grid{stroke:var(--grid);stroke-width:1}
    .dots{stroke:var(--c);stroke-width:1.5;stroke-linecap:square}
    .area .fill{fill:var(--c);opacity:.22}
    .edge{stroke:var(--c);stroke-width:1.25;stroke-linejoin:round}
    .median{stroke:var(--ink);stroke-width:1.5}
    .line{stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .line.dashed{stroke-dasharray:6 5}
    .points{stroke:var(--c);stroke-width:7;stroke-linecap:round}
    .area .band{fill:var(--c);opacity:.18}
    .cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--dim);pointer-events:none;display:none}
    .reading .cursor{display:block}
    .tip{position:absolute;top:8px;display:none;grid-template-columns:max-content 1fr max-content;gap:2px 8px;align-items:center;background:var(--bg);border:1px solid var(--rule);border-radius:4px;padding:7px 10px;font-size:.78rem;line-height:1.35;pointer-events:none;white-space:nowrap;z-index:1;box-shadow:0 2px 10px rgb(0 0 0/.08)}
    .tip b{grid-column:1/-1;font-weight:600}
    .tip i{width:.8em;height:.8em;border-radius:2px;background:var(--c)}
    .tip em{font-style:normal;text-align:right}
    .reading .tip{display:grid}
    .ticks{grid-column:2;position:relative;height:1.4em;color:var(--dim);font-size:.82rem}
    .ticks span{position:absolute;transform:translateX(-50%);white-space:nowrap}
    .axis{grid-column:2;text-align:center;color:var(--dim);font-size:.84rem}
    .ytitle{color:var(--dim);font-size:.84rem;margin-bottom:8px}
    .plot{display:grid;grid-template-columns:var(--g) minmax(0,1fr);column-gap:8px;font-size:.84rem}
    .plot .area{height:280px;border-left:1px solid var(--rule);border-bottom:1px solid var(--rule)}
    .plot .ticks{margin-top:4px}
    .yticks{position:relative;color:var(--dim);font-size:.82rem}
    .yticks span{position:absolute;right:0;transform:translateY(50%);white-space:nowrap;line-height:1}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:10px 0 0;padding:0;font-size:.86rem}
    .key{display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--c);margin-right:.5em;vertical-align:-.06em}
    .key.dashed{height:0;border-radius:0;background:none;border-top:2px dashed var(--c);width:1.4em;vertical-align:.25em}
    .bars .area.row{display:flex}
    .bars .bar{display:block;height:14px;background:var(--c);min-width:1px}
    .bars .bar:last-child{border-radius:0 2px 2px 0}
    .bars .area{padding:2px 0}
    .stack{display:flex;height:30px;border-radius:3px;overflow:hidden;gap:1px;margin-bottom:14px}
    .stack i{background:var(--c);font-style:normal;overflow:hidden;min-width:1px}
    .stack span{display:block;color:var(--bg);font-size:.8rem;font-weight:600;line-height:30px;padding:0 8px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
    .heat{display:grid;grid-template-columns:max-content repeat(var(--n),minmax(0,1fr));gap:1px;max-width:560px;font-size:.8rem;align-items:center}
    .heat i{aspect-ratio:1;background:color-mix(in oklab,var(--heat) var(--v,0%),var(--panel));font-style:normal;display:grid;place-items:center;overflow:hidden}
    .heat.written i{border-radius:2px;font-size:.78rem}
    .heat i.hi{color:var(--bg)}
    .heat .head{text-align:right;padding-right:8px;color:var(--dim);line-height:1;white-space:nowrap}
    .heat .foot{text-align:center;color:var(--dim);padding-top:3px;white-space:nowrap;overflow:visible;font-size:.95em}
    .heat+.axis{max-width:560px}
    .shades{display:flex;gap:8px;align-items:center;color:var(--dim);font-size:.8rem;margin-top:8px}
    .shades i{width:120px;height:8px;border-radius:2px;background:linear-gradient(to right in oklab,var(--panel),var(--heat))}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.88rem}
    th,td{padding:6px 0 6px 20px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
    th:first-child{text-align:left;padding-left:0;font-weight:500}
    thead th{color:var(--dim);font-weight:500;font-size:.94em}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:0 40px;margin:0;font-size:.9rem}
    .facts div{display:flex;gap:16px;justify-content:space-between;padding:6px 0;border-bottom:1px solid var(--rule)}
    .facts .long{grid-column:1/-1}
    .facts dt{color:var(--dim);flex:none}
    .facts dd{margin:0;text-align:right;overflow-wrap:anywhere;min-width:0}
    summary{cursor:pointer;font-weight:650;font-size:1.06rem}
    pre{background:var(--panel);padding:18px 20px;border-radius:4px;overflow-x:auto;font:13px/1.55 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:2}
    footer{margin-top:56px;padding-top:14px;border-top:1px solid var(--rule);color:var(--dim);font-size:.84rem;overflow-wrap:anywhere}
    @media (max-width:860px){.pair{grid-template-columns:minmax(0,1fr)}}
    @media (max-width:560px){
      main{padding:28px 18px 40px}
      h1{font-size:1.75rem}
      figure,section,details{margin-top:40px}
      .highlights{display:grid;grid-template-columns:repeat(2,1fr);gap:0 16px}
      .highlights dd{font-size:1.35rem}
      .strips,.bars{column-gap:8px;font-size:.78rem;--u:.82px}
      .strips .name{padding-right:6px}
      .ticks .odd{display:none}
      .plot .area{height:220px}
      th,td{padding-left:10px}
      .strips:not(.joined) .name small{display:none}
      .less{display:none}
      .dots{stroke-width:1.15}
      .edge{stroke-width:.9}
      .facts{grid-template-columns:minmax(0,1fr)}
      .stack span{font-size:.7rem;padding:0 5px}
      .heat.written i{font-size:.6rem}
    }
    @media print{
      :root{--bg:#fff;--panel:#f4f5f2}
      main{max-width:none;padding:0 16px}
      .pair{grid-template-columns:repeat(2,minmax(0,1fr));column-gap:32px}
      .highlights{gap:0 20px}
      .highlights dd{font-size:1.15rem}
      .plot .area{height:200px}
      .heat{max-width:300px}
      .heat.written i{font-size:.55rem}
      .cursor,.tip{display:none}
      figure{break-inside:avoid;margin-top:28px}
      *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    }

    """
}

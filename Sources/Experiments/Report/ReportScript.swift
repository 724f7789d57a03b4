// The few lines of script on a report page: values under the pointer, and an open configuration on paper. The page reads well without it.

enum ReportScript {
  static let source = """
    (() => {
      const num = s => s.trim().split(' ').map(Number);
      const show = v => { const a = Math.abs(v); return a >= 1000 && a < 1e6 ? Math.round(v).toString() : a && (a < 1e-3 || a >= 1e6) ? v.toExponential(2) : Number(v.toPrecision(3)).toString(); };
      const line = area => { let e = area.querySelector('.cursor'); if (!e) { e = document.createElement('div'); e.className = 'cursor'; area.append(e); } return e; };
      for (const fig of document.querySelectorAll('.strips[data-step]')) {
        const start = +fig.dataset.start, step = +fig.dataset.step, axis = fig.querySelector('.axis'), title = axis.textContent;
        const rows = [...fig.querySelectorAll('.area')].map(a => ({ a, v: num(a.dataset.v || ''), out: a.nextElementSibling, text: a.nextElementSibling.textContent }));
        const n = Math.max(...rows.map(r => r.v.length));
        fig.addEventListener('pointermove', e => {
          const b = rows[0].a.getBoundingClientRect(), f = (e.clientX - b.left) / b.width;
          if (f < 0 || f >= 1) return leave();
          const i = Math.floor(f * n);
          for (const r of rows) { line(r.a).style.left = 100 * f + '%'; r.out.textContent = i < r.v.length ? show(r.v[i]) + ' ' + fig.dataset.unit : ''; }
          axis.textContent = 't = ' + Number((start + i * step).toPrecision(6)) + ' ' + fig.dataset.axis;
          fig.classList.add('reading');
        });
        const leave = () => { for (const r of rows) r.out.textContent = r.text; axis.textContent = title; fig.classList.remove('reading'); };
        fig.addEventListener('pointerleave', leave);
      }
      for (const fig of document.querySelectorAll('.plot')) {
        const area = fig.querySelector('.area');
        const series = [...fig.querySelectorAll('.read')].map(g => ({ name: g.dataset.name, c: g.parentNode.getAttribute('style'), p: g.dataset.p.split(',').map(num) }));
        if (!series.length) continue;
        const near = (p, f) => p.reduce((a, b) => Math.abs(b[0] - f) < Math.abs(a[0] - f) ? b : a);
        const tip = document.createElement('div'), add = (into, tag, text, style) => { const e = document.createElement(tag); e.textContent = text; if (style) e.setAttribute('style', style); into.append(e); };
        tip.className = 'tip';
        area.append(tip);
        area.addEventListener('pointermove', e => {
          const b = area.getBoundingClientRect(), f = (e.clientX - b.left) / b.width;
          const at = series.map(s => near(s.p, f)).reduce((a, c) => Math.abs(c[0] - f) < Math.abs(a[0] - f) ? c : a);
          line(area).style.left = 100 * at[0] + '%';
          tip.replaceChildren();
          add(tip, 'b', fig.dataset.name + ' ' + show(at[1]) + (fig.dataset.axis ? ' ' + fig.dataset.axis : ''));
          for (const s of series) { const v = near(s.p, at[0]); if (Math.abs(v[0] - at[0]) < 0.02) { add(tip, 'i', '', s.c); add(tip, 'span', s.name); add(tip, 'em', show(v[2])); } }
          tip.style.left = at[0] < 0.5 ? 'calc(' + 100 * at[0] + '% + 10px)' : 'auto';
          tip.style.right = at[0] < 0.5 ? 'auto' : 'calc(' + 100 * (1 - at[0]) + '% + 10px)';
          fig.classList.add('reading');
        });
        area.addEventListener('pointerleave', () => fig.classList.remove('reading'));
      }
      addEventListener('beforeprint', () => { for (const d of document.querySelectorAll('details')) d.open = true; });
    })();

    """
}

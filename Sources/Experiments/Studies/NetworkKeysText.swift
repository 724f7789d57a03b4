// What can be written in a configuration of one's own network, for `colonnade models network`.

extension NetworkStudy {
  static var keysText: String? {
    """
    Times in ms, potentials in mV, currents in pA, rates in Hz. A weight has the unit of its target's model (colonnade models NAME).
    Keys in [brackets] may be left out.

    duration, presimulation   recorded time, and time before it that is neither recorded nor timed
    title, resolution, seed, precision (single, double), storage (stored, procedural), v_init (V_m of all neurons at the start)
    checks: {rate: {below, above}, finite, interval}   what a run must keep to; it ends with code 76 otherwise

    populations, a list
      {name, model, count, [parameters: {...}], [initial: {column: LAW}]}
      {name, model, grid: [across, down], per_column, [borders: open, periodic], ...}   on a grid of columns
      {name, model: spikes, count, spikes: [[time, neuron], ...]}    given spikes; or file: a SONATA file, .h5 or .csv

    projections, a list
      {from, to, rule: RULE, weight: LAW, delay: LAW, [name], [receptor], [synapse: static_synapse],
       [allow_autapses: true], [allow_multapses: true]}
      receptor: by_sign, or one of the model's, by name or number
      RULE: one_to_one, all_to_all, {fixed_indegree: K}, {fixed_outdegree: K}, {fixed_total_number: N}, {pairwise_bernoulli: p},
        {explicit: [[source, target, weight, delay], ...]}, or [source, target] with the projection's weight and delay,
        {distance: {total, kernel: exponential, lambda, [decimals: 3], [cutoff]}}   on a grid; kernel: gaussian has sigma, local neither

    inputs, a list; each may have start, stop and delay, and `to` is a population or a list of them
      {poisson: {to, rate, weight: LAW, [receptor]}}
      {dc: {to, amplitude}}
      {step: {to, times: [...], amplitudes: [...]}}
      {noise: {to, [mean: 0], sd, [dt: 1]}}    a normal current, drawn anew every dt

    record
      spikes: all, none, or [{population, neurons: SELECTION}, ...]
      rates: bin of the population rates in rates.csv
      columns: [{population, column, [neurons: SELECTION], [interval], [file: report.h5]}, ...]

    LAW: a number, {normal: {mean, sd, [min], [max]}}, {lognormal: {mu, sigma, [min], [max]}}, {uniform: {low, high}},
      {exponential: {mean, [offset: 0], [max]}}, {rounded: {to: UNIT, of: LAW}}
    SELECTION: all, none, [0, 5, 7], {range: [first, end]} without the end, {fraction: 0.1}
    """
  }
}

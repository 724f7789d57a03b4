"""The benchmark's networks in NEST 3: peer_nest.py STUDY SCALE THREADS PRESIMULATION_MS DURATION_MS SEED; one JSON line on standard output."""
import json
import math
import sys
import time

import nest

STUDY, SCALE, THREADS, PRESIMULATION, DURATION, SEED = (
    sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))


def round_even(x):
    return int(round(x))


def microcircuit():
    """Potjans & Diesmann 2014, scaled as `study: microcircuit` is; returns the populations by name."""
    names = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
    full = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
    chance = [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
    external = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
    start = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
    spread = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
    rates = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]
    weight = 87.8085
    root = math.sqrt(SCALE)

    def pair(i, j):
        p = chance[i][j]
        return 0.0 if p == 0 else math.log(1 - p) / math.log(1 - 1 / (full[i] * full[j]))

    def strength(i, j):
        return -4 * weight if j % 2 else (2 * weight if (i, j) == (0, 2) else weight)

    sizes = [round_even(SCALE * n) for n in full]
    populations = []
    for i, n in enumerate(sizes):
        drive = sum(pair(i, j) / full[i] * strength(i, j) * rates[j] for j in range(8)) + external[i] * weight * 8
        neurons = nest.Create("iaf_psc_exp", n, params={
            "C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_reset": -65.0, "V_th": -50.0, "t_ref": 2.0,
            "tau_syn_ex": 0.5, "tau_syn_in": 0.5, "I_e": (1 - root) * 0.5e-3 * drive})
        neurons.V_m = nest.random.normal(start[i], spread[i])
        populations.append(neurons)
    # NEST holds at most 2^27 connections per thread and synapse model: one model for each kind of source.
    nest.CopyModel("static_synapse", "excitatory")
    nest.CopyModel("static_synapse", "inhibitory")
    for i in range(8):
        for j in range(8):
            total = round_even(pair(i, j) / full[i] * SCALE * sizes[i])
            if total == 0:
                continue
            mean = strength(i, j) / root
            delay = 0.75 if j % 2 else 1.5
            low, high = (0.0, float("inf")) if mean > 0 else (float("-inf"), 0.0)
            nest.Connect(populations[j], populations[i], {"rule": "fixed_total_number", "N": total}, {
                "synapse_model": "inhibitory" if j % 2 else "excitatory",
                "weight": nest.math.redraw(nest.random.normal(mean, 0.1 * abs(mean)), min=low, max=high),
                "delay": nest.math.redraw(nest.random.normal(delay, 0.5 * delay), min=0.05, max=float("inf"))})
    for i, neurons in enumerate(populations):
        drive = nest.Create("poisson_generator", params={"rate": 8.0 * external[i] * SCALE})
        nest.Connect(drive, neurons, syn_spec={"weight": weight / root, "delay": 1.5})
    return dict(zip(names, populations))


def brunel():
    """Brunel 2000 with the defaults of `study: brunel`."""
    ne, ni = round_even(10000 * SCALE), round_even(2500 * SCALE)
    ce, ci = round_even(1000 * SCALE), round_even(250 * SCALE)
    g, eta, jump, delay, tau, theta = 5.0, 2.0, 0.1, 1.5, 20.0, 20.0
    neurons = nest.Create("iaf_psc_delta", ne + ni, params={
        "C_m": 1.0, "tau_m": tau, "t_ref": 2.0, "E_L": 0.0, "V_reset": 10.0, "V_m": 0.0, "V_th": theta})
    e, i = neurons[:ne], neurons[ne:]
    nest.Connect(e, neurons, {"rule": "fixed_indegree", "indegree": ce}, {"weight": jump, "delay": delay})
    nest.Connect(i, neurons, {"rule": "fixed_indegree", "indegree": ci}, {"weight": -g * jump, "delay": delay})
    rate = eta * theta / (jump * ce * tau) * 1000 * ce
    drive = nest.Create("poisson_generator", params={"rate": rate})
    nest.Connect(drive, neurons, syn_spec={"weight": jump, "delay": delay})
    return {"E": e, "I": i}


nest.set_verbosity("M_ERROR")
nest.ResetKernel()
nest.set(resolution=0.1, local_num_threads=THREADS, rng_seed=SEED, print_time=False, overwrite_files=True)
began = time.monotonic()
populations = {"microcircuit": microcircuit, "brunel": brunel}[STUDY]()
counters = {}
for name, neurons in populations.items():
    counters[name] = nest.Create("spike_recorder", params={"record_to": "memory", "start": PRESIMULATION})
    nest.Connect(neurons, counters[name])
nest.Prepare()
built = time.monotonic() - began
if PRESIMULATION > 0:
    nest.Run(PRESIMULATION)
began = time.monotonic()
nest.Run(DURATION)
ran = time.monotonic() - began
rates = {name: counters[name].n_events / len(populations[name]) / DURATION * 1000 for name in populations}
print(json.dumps({
    "peer": "NEST " + nest.__version__, "threads": THREADS, "build_s": built, "run_s": ran, "model_time_s": DURATION / 1000,
    "real_time_factor": ran / (DURATION / 1000), "rates_hz": rates}))

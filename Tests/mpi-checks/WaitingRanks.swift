// Work of rank 0 under a watch, with signs of life and without.
import Glibc
import Parallel
import Running

/// Rank 0 works for longer than the watch allows between two beats; the others wait. Rank 0 prints how many pieces of work were done.
func workAlone(_ world: borrowing Communicator, beats: Bool) throws -> Int32 {
  let pulse = Pulse()
  pulse.enter(.assembly)
  let watchdog = try Watchdog(pulse, limit: 1, world) { "at step \($0)" }
  defer { watchdog.end() }
  var pieces = 0
  try WorkOfOne.run(pulse, world) { beat in
    for _ in 0..<25 {
      usleep(100_000)
      pieces += 1
      if beats { beat() }
    }
  }
  let all = try world.sum(pieces)
  if world.rank == 0 { print("\(all) pieces") }
  return 0
}

// The few functions of one number that descriptions need, from the C library.
import Glibc

func exponentialOf(_ x: Double) -> Double { exp(x) }
func exponentialMinusOneOf(_ x: Double) -> Double { expm1(x) }
func logarithmOf(_ x: Double) -> Double { log(x) }
func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
func normalCumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

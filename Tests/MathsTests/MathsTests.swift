import Testing

@testable import Maths

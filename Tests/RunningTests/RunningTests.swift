import Testing

@testable import Running

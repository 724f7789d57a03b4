// SHA-256 against published digests, and fed in pieces.
import Testing

@testable import Maths

struct SHA256Tests {
  private func hex(_ hash: SHA256) -> String {
    hash.digest().map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
  }
  private func hash(_ text: String) -> String {
    var hash = SHA256()
    hash.update(text.utf8)
    return hex(hash)
  }

  /// NIST's example values (FIPS 180-4, "SHA256.pdf") and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
  ]) func publishedDigests(text: String, digest: String) {
    #expect(hash(text) == digest)
  }

  @Test func aMillionLetters() {
    #expect(hash(String(repeating: "a", count: 1_000_000)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Every length around the ends of blocks, in one piece and in pieces of every size.
  @Test func piecesDoNotMatter() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for length in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 300] {
      var whole = SHA256()
      whole.update(bytes[..<length])
      for size in [1, 3, 63, 64, 65] {
        var pieces = SHA256()
        for first in stride(from: 0, to: length, by: size) { pieces.update(bytes[first..<min(length, first + size)]) }
        #expect(pieces.digest() == whole.digest(), "\(length) bytes by \(size)")
      }
      #expect(whole.digest() == whole.digest())
    }
  }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressKey } from '../../src/domain/address.ts'

test.each([
  ['an IPv4 address', ['203.0.113.7', ' 203.0.113.7 '], '203.0.113.7'],
  [
    'an IPv6 address by its /64',
    [
      '2001:db8:0:5::1',
      '2001:0DB8:0000:0005:0000:0000:0000:0001',
      '2001:db8::5:ffff:ffff:ffff:ffff',
      '2001:db8:0:5:1:2:3:4%eth0',
      '2001:db8:0:5::192.0.2.1',
    ],
    '2001:db8:0:5::/64',
  ],
  [
    'an IPv4 address mapped into IPv6',
    ['::ffff:203.0.113.7', '::FFFF:cb00:7107', '0:0:0:0:0:ffff:203.0.113.7'],
    '203.0.113.7',
  ],
  ['loopback', ['::1', '0:0:0:0:0:0:0:1', '::'], '0:0:0:0::/64'],
])('%s is one name in all spellings', (_name, spellings, key) => {
  expect(spellings.map(addressKey)).toEqual(spellings.map(() => key))
})

test.each([
  null,
  undefined,
  '',
  'unknown',
  'localhost',
  'example.com',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4:80',
  '[::1]',
  '1::2::3',
  '12345::',
  ':',
  '::1]@evil.example/[::1',
])('%j is no address', (text) => {
  expect(addressKey(text)).toBe('unknown')
})

test('every IPv4 address is itself, every IPv6 address only its first half', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(addressKey(address)).toBe(address)
    }),
  )
  const group = fc.integer({ min: 1, max: 0xffff })
  const half = fc.tuple(group, group, group, group)
  fc.assert(
    fc.property(half, half, (network, host) => {
      const spell = (groups: number[]) => groups.map((part) => part.toString(16)).join(':')
      expect(addressKey(`${spell(network)}:${spell(host)}`)).toBe(`${spell(network)}::/64`)
    }),
  )
})

test('whatever is given, the answer is a name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.webAuthority()), (text) => {
      expect(addressKey(text)).toMatch(/^(unknown|[\d.]+|[0-9a-f:]+::\/64)$/)
    }),
  )
})

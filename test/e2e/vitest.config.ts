import { defineConfig } from 'vitest/config'
import { passProxies } from '../../local/proxies.ts'

passProxies()

// Tests the page in a real browser, against the service as `npm start` runs it. Files run one at a
// time, because two browsers would slow each other down. The timeouts exist only to fail.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
  },
})

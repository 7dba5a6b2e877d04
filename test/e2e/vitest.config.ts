import { defineConfig } from 'vitest/config'
import { passProxies } from '../../local/proxies.ts'

passProxies()

// The page in a real browser against the service as `npm start` runs it. One file at a time: two
// browsers would take each other's time. The limits exist only to fail.
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

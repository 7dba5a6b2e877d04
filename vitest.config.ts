import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { passProxies } from './local/proxies.ts'
import { wholeRun } from './test/support/whole-run.ts'

passProxies()

// Tests of the service run in workerd against the local Postgres and Redis, one file at a time:
// there is one room and one archive. Tests of pure rules and of what `npm start` runs are Node's.
export default defineConfig({
  test: {
    reporters: [wholeRun(), 'dot'],
    coverage: {
      provider: 'istanbul',
      include: ['src/**/*.ts'],
      reportOnFailure: true,
      reporter: [['text', { skipFull: true }], 'text-summary', 'html'],
    },
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            main: './test/support/worker.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { ...inject('settings') } },
          })),
        ],
        test: {
          name: 'service',
          include: [
            'test/{room,api,contract}/**/*.test.ts',
            'test/client/room/*.test.ts',
            'test/unit/{password,access-token}.test.ts',
          ],
          globalSetup: ['test/support/services.ts'],
          setupFiles: ['test/support/clean.ts'],
          fileParallelism: false,
          isolate: false,
          // Vitest runs projects of different `maxWorkers` in groups, one after the other.
          sequence: { groupOrder: 1 },
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'local',
          include: [
            'test/{unit,local,kit,harness,client,web,hostile}/**/*.test.ts',
            'test/*.test.ts',
          ],
          globalSetup: ['test/support/postgres-template.ts'],
          exclude: ['test/client/room/*.test.ts', 'test/unit/{password,access-token}.test.ts'],
          maxWorkers: '50%',
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})

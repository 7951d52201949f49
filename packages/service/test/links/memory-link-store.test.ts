import { createMemoryLinkStore } from '../../src/index.ts'
import { describeLinkStore } from './link-store-conformance.ts'

describeLinkStore('in memory', () => Promise.resolve(createMemoryLinkStore()))

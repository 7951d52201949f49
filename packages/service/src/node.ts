export { createDiskLinkStore } from './links/disk-link-store.ts'

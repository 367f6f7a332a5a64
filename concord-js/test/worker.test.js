import { assertEquals } from './assert.js';

export const pageTests = {
  async 'a session runs in a worker, with the database of its origin and the address of its script'() {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    try {
      const { text, host } = await new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
      assertEquals('from a worker', text, 'text');
      assertEquals(location.host, host, 'server');
    } finally {
      worker.terminate();
    }
  },
};

import type { NotifySettings } from './notifier.ts';
import type { Delivery } from './sink.ts';

/** Says that a sink is down when it goes down, not with each try. */
export function reportTo(
  name: string,
  { onProblem, onDelivery }: Pick<NotifySettings, 'onProblem' | 'onDelivery'>,
): (delivery: Delivery) => void {
  let isDown = false;
  return (delivery) => {
    onDelivery?.(delivery.kind);
    switch (delivery.kind) {
      case 'sent':
        isDown = false;
        return;
      case 'refused':
        onProblem(`${name} does not take a message: ${delivery.why}`);
        return;
      case 'later':
        if (!isDown) onProblem(`${name} cannot be told: ${delivery.why}; it is tried again`);
        isDown = true;
    }
  };
}

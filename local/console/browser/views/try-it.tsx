import { STAGES } from "../../api";
import { ActButton, ActionRuns, isBusy, useActivity } from "../act";
import { Answer, Panel } from "../parts";

/** Buttons that let a person watch the platform react. */
export function TryIt() {
  return (
    <Panel
      title="Try it"
      note="Run the stages, make new orders, or break something and watch the platform recover."
    >
      <Answer live={useActivity()}>
        {(activity) => {
          const { shop, actions } = activity;
          const disabled = isBusy(activity);
          return (
            <>
              <p class="buttons">
                <ActButton
                  label="Run all stages"
                  request={{ action: "run", stages: STAGES }}
                  disabled={disabled}
                />
                {STAGES.map((stage) => (
                  <ActButton
                    key={stage}
                    label={`Run ${stage}`}
                    request={{ action: "run", stages: [stage] }}
                    disabled={disabled}
                  />
                ))}
              </p>
              {shop === null ? (
                <p class="note">This source is your own. The console never writes to it or stops it.</p>
              ) : (
                <p class="buttons">
                  <ActButton
                    label="Make new orders"
                    request={{ action: "trade" }}
                    disabled={disabled || shop.isDown}
                  />
                  <ActButton
                    label="Poison a row"
                    request={{ action: "poison" }}
                    disabled={disabled || shop.isDown}
                    asks
                  />
                  <ActButton
                    label="Repair poisoned rows"
                    request={{ action: "repair" }}
                    disabled={disabled || shop.isDown}
                  />
                  {shop.isDown ? (
                    <ActButton
                      key="start"
                      label="Bring the source back"
                      request={{ action: "start-source" }}
                      disabled={disabled}
                    />
                  ) : (
                    <ActButton
                      key="stop"
                      label="Kill the source"
                      request={{ action: "stop-source" }}
                      disabled={disabled}
                      asks
                    />
                  )}
                </p>
              )}
              <ActionRuns actions={actions.slice(0, 1)} />
            </>
          );
        }}
      </Answer>
    </Panel>
  );
}

import { Route, Routes } from "react-router";
import { AssistantDetails } from "./AssistantDetails.tsx";
import { AssistantList } from "./AssistantList.tsx";
import { NewAssistant } from "./NewAssistant.tsx";

/** Who answers dialogs: the list, a new one, and each with its words, channels and a chat to try it in. */
export default function AssistantsScreen() {
  return (
    <Routes>
      <Route index element={<AssistantList />} />
      <Route path="new" element={<NewAssistant />} />
      <Route path=":id" element={<AssistantDetails />} />
      <Route path=":id/:tab" element={<AssistantDetails />} />
    </Routes>
  );
}

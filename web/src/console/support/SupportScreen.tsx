import { Route, Routes } from "react-router";
import { RequestList } from "./RequestList.tsx";
import { RequestView } from "./RequestView.tsx";

/** Questions to those who run the installation, and their answers. */
export default function SupportScreen() {
  return (
    <Routes>
      <Route index element={<RequestList />} />
      <Route path=":number" element={<RequestView />} />
    </Routes>
  );
}
